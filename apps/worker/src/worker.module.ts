import { Module, type DynamicModule } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import type { Logger } from '#observability';
import type { WorkerEngine } from './engine.js';
import { HealthController, type AskReadiness } from './health.controller.js';
import { Ticker } from './ticker.js';
import { ENGINE, LOGGER, READINESS, TICK_MS } from './tokens.js';

export interface WorkerParts {
  readonly engine: WorkerEngine;
  readonly log: Logger;
  readonly tickMs: number;
  readonly readiness: AskReadiness;
}

@Module({})
export class WorkerModule {
  static with(parts: WorkerParts): DynamicModule {
    return {
      module: WorkerModule,
      imports: [ScheduleModule.forRoot()],
      controllers: [HealthController],
      providers: [
        Ticker,
        { provide: ENGINE, useValue: parts.engine },
        { provide: LOGGER, useValue: parts.log },
        { provide: TICK_MS, useValue: parts.tickMs },
        { provide: READINESS, useValue: parts.readiness },
      ],
    };
  }
}

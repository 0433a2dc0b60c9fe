import type { Logger } from '#observability';
import type { Database } from '#store';
import type { EngineClock, EngineSettings } from './settings.js';

/** What the engine is given; everything that a decision depends on is injected. */
export interface EngineDependencies {
  readonly database: Database;
  readonly settings: EngineSettings;
  /** Keys the hashes of steps that are approved. */
  readonly hashKey: Buffer;
  readonly clock: EngineClock;
  readonly random: () => number;
  readonly newId: () => string;
  readonly log: Pick<Logger, 'warn' | 'error'>;
}

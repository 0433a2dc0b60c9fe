import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import type { Settings } from '#config';
import type { ProviderRegistry } from '#identity-provider';
import { sparingly, systemClock, type Logger } from '#observability';
import { askForRuns, type Roster } from '#store';
import { LOGGER, REGISTRY, ROSTER, SETTINGS } from './tokens.js';

/**
 * Asks for a sweep of every provider by the clock. Every worker does, each with the same moment of the schedule, and one
 * run results: two workers whose clocks differ by a little must not sweep twice.
 */
@Injectable()
export class SweepSchedule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly sparing: Pick<Logger, 'error'>;

  constructor(
    @Inject(SchedulerRegistry) private readonly schedule: SchedulerRegistry,
    @Inject(REGISTRY) private readonly registry: ProviderRegistry,
    @Inject(ROSTER) private readonly roster: Roster,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'sweepCron'>,
    @Inject(LOGGER) log: Logger,
  ) {
    this.sparing = sparingly(log, systemClock);
  }

  /** @throws CronError when a number of the schedule is out of its bounds */
  onApplicationBootstrap(): void {
    const { sweepCron } = this.settings;
    if (sweepCron === null) return;
    for (const { slug } of this.registry.all()) {
      const job = scheduled(sweepCron, (slot) => this.ask(slug, slot));
      this.schedule.addCronJob(jobName(slug), job);
      job.start();
    }
  }

  beforeApplicationShutdown(): void {
    for (const { slug } of this.registry.all()) {
      if (this.schedule.doesExist('cron', jobName(slug))) this.schedule.deleteCronJob(jobName(slug));
    }
  }

  private async ask(slug: string, slot: Date): Promise<void> {
    try {
      await askForRuns(this.roster, {
        providers: [slug],
        mode: 'apply',
        trigger: 'schedule',
        requestedBy: 'schedule',
        slot,
      });
    } catch (error) {
      // The next slot asks again; so may a person.
      this.sparing.error('a sweep could not be asked for', { provider: slug, error });
    }
  }
}

function jobName(slug: string): string {
  return `sweep ${slug}`;
}

/** A job that is told the moment of the schedule, which is the same everywhere, and not when its timer fired. */
function scheduled(cronTime: string, onSlot: (slot: Date) => Promise<void>): CronJob {
  let slot = new Date(0);
  const job = CronJob.from({
    cronTime,
    timeZone: 'UTC',
    onTick: async () => {
      const due = slot;
      slot = job.nextDate().toJSDate();
      await onSlot(due);
    },
  });
  slot = job.nextDate().toJSDate();
  return job;
}

import type { Clock } from '#observability';
import { assertMigrated, type Database, MigrationError } from '#store';
import type { Readiness } from './health.controller.js';

/** What readiness is asked of. */
export interface ReadinessSources {
  readonly database: Database;
  readonly queue: { isReachable(): Promise<boolean> };
  readonly clock: Clock;
}

/** A probe that takes longer counts as no answer: whoever asks has a deadline too. */
const ANSWER_WITHIN_MS = 2_000;
/** How long a schema that was current is taken to be so still; the check opens a connection of its own. */
const SCHEMA_TRUSTED_MS = 15_000;

/** Asks what the process depends on. */
export class ReadinessProbe {
  private schemaSeenAtMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly sources: ReadinessSources) {}

  /** Never throws, and answers within about two seconds. */
  async ask(): Promise<Readiness> {
    const [schema, isQueueUp] = await Promise.all([
      inTime(this.schema(), 'unknown' as const),
      inTime(this.sources.queue.isReachable(), false),
    ]);
    return { postgres: schema === 'unknown' ? 'down' : 'up', schema, queue: isQueueUp ? 'up' : 'down' };
  }

  private async schema(): Promise<Readiness['schema']> {
    const { database, clock } = this.sources;
    try {
      if (clock.monotonicMs() - this.schemaSeenAtMs < SCHEMA_TRUSTED_MS) await database.sql('SELECT 1');
      else await assertMigrated(database);
    } catch (error) {
      return error instanceof MigrationError ? 'other' : 'unknown';
    }
    if (clock.monotonicMs() - this.schemaSeenAtMs >= SCHEMA_TRUSTED_MS)
      this.schemaSeenAtMs = clock.monotonicMs();
    return 'current';
  }
}

/** The answer, or what stands for none. */
async function inTime<Answer>(answer: Promise<Answer>, none: Answer): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<Answer>((resolve) => {
    timer = setTimeout(() => {
      resolve(none);
    }, ANSWER_WITHIN_MS);
  });
  try {
    return await Promise.race([answer.catch(() => none), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

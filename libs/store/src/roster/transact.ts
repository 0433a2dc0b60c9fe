import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../database.js';
import { isTransactionConflict } from '../errors.js';
import { isOutdated } from '../prepared.js';

const MAX_TRIES = 5;
const FIRST_WAIT_MS = 5;

/**
 * Runs a transaction, and again when the database sacrificed it to a rival, or when a migration overtook one of its statements
 * (at most five times).
 * `work` must be safe to run anew: it may keep nothing from a run that failed.
 */
export async function transact<Result>(
  database: Database,
  work: (sql: Database['sql']) => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await database.transaction(work);
    } catch (error) {
      if (tries === MAX_TRIES || !(isTransactionConflict(error) || isOutdated(error))) throw error;
      // Of two rivals only one is sacrificed, so no jitter is needed to part them.
      await delay(FIRST_WAIT_MS * 2 ** tries);
    }
  }
}

import type { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '#observability';
import type { Doorbell } from '#queue';
import { type ImportOptions, type ImportReport, importUsers, type Roster } from '#store';
import { Problem } from '../http/problem.js';
import type { BudgetPolicy } from '../holds/holds.service.js';
import { BUDGET, DOORBELL, LOGGER, ROSTER } from '../tokens.js';
import { requireFourEyes } from './override.js';

/** How a file is to be read and kept. */
export interface ImportHow extends Pick<ImportOptions, 'format' | 'atomic' | 'dryRun'> {
  /** The file names everybody. */
  readonly deletesMissing: boolean;
  /** Why more people may be deleted than one import may. */
  readonly overrideReason: string | undefined;
}

/** Each holds up to a third of the connections for most of its time. */
const MAX_AT_ONCE = 2;
const RETRY_AFTER_S = 10;

/** Runs imports, a few at a time, and rings after each commit so that mirroring begins while the file is read. */
@Injectable()
export class ImportsService {
  private running = 0;

  constructor(
    @Inject(ROSTER) private readonly roster: Roster,
    @Inject(DOORBELL) private readonly doorbell: Doorbell,
    @Inject(BUDGET) private readonly policy: BudgetPolicy,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** @throws Problem when too many are under way, ImportRefused when the file as a whole is refused */
  async run(actor: string, body: Readable, how: ImportHow): Promise<ImportReport> {
    const options = this.optionsOf(how);
    if (this.running >= MAX_AT_ONCE) {
      const detail = 'too many imports are under way; ask again when one has ended';
      throw new Problem(429, 'too_many_imports', { detail, retryAfterS: RETRY_AFTER_S });
    }
    this.running += 1;
    try {
      const report = await importUsers(this.roster, { actor, bytes: bytesOf(body) }, options);
      if (report.sync?.outcome === 'deletions_held') {
        this.log.warn('too many people are missing from a file to be deleted', { count: report.sync.held });
      }
      return report;
    } finally {
      this.running -= 1;
    }
  }

  private optionsOf({ deletesMissing, overrideReason, ...how }: ImportHow): ImportOptions {
    const overrideBudget = overrideReason === undefined ? undefined : { reason: overrideReason };
    requireFourEyes(this.policy, overrideBudget);
    const sync = { allowance: this.policy.syncDeletions, overrideBudget };
    return {
      ...how,
      ...(deletesMissing ? { sync } : {}),
      onCommitted: (lanes) => {
        for (const lane of lanes) this.doorbell.ring('all', lane);
      },
    };
  }
}

/**
 * What arrives, piece by piece.
 * @throws Problem when the connection ends before the body does: that is the sender's trouble, not the database's
 */
async function* bytesOf(body: Readable): AsyncGenerator<Uint8Array> {
  try {
    // A body that is given up half-way must stay open, or the connection would end before the answer is sent.
    yield* body.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>; // no encoding is set: bytes
  } catch (error) {
    const detail =
      'the connection ended before the file did; rows that came before may be taken, send the file again';
    throw new Problem(400, 'upload_broken_off', { detail }, { cause: error });
  }
}

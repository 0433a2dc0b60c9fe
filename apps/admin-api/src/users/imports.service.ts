import type { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { Doorbell } from '#queue';
import { type ImportOptions, type ImportReport, importUsers, type Roster } from '#store';
import { Problem } from '../http/problem.js';
import { DOORBELL, ROSTER } from '../tokens.js';

/** Each holds a connection for most of its time. */
const MAX_AT_ONCE = 2;
const RETRY_AFTER_S = 10;

/** Runs imports, a few at a time, and rings after each commit so that mirroring begins while the file is read. */
@Injectable()
export class ImportsService {
  private running = 0;

  constructor(
    @Inject(ROSTER) private readonly roster: Roster,
    @Inject(DOORBELL) private readonly doorbell: Doorbell,
  ) {}

  /** @throws Problem when too many are under way, ImportRefused when the file as a whole is refused */
  async run(
    actor: string,
    body: Readable,
    how: Pick<ImportOptions, 'format' | 'atomic'>,
  ): Promise<ImportReport> {
    if (this.running >= MAX_AT_ONCE) {
      const detail = 'too many imports are under way; ask again when one has ended';
      throw new Problem(429, 'too_many_imports', { detail, retryAfterS: RETRY_AFTER_S });
    }
    this.running += 1;
    try {
      return await importUsers(
        this.roster,
        { actor, bytes: bytesOf(body) },
        {
          ...how,
          onCommitted: (lanes) => {
            for (const lane of lanes) this.doorbell.ring('all', lane);
          },
        },
      );
    } finally {
      this.running -= 1;
    }
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

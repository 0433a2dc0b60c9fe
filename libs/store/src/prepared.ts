import { createHash } from 'node:crypto';
import pg from 'pg';

/** Of the texts of a process the first thousand are kept, some two hundred as it is; others are sent as ever. */
const MOST_TEXTS = 1_000;

/**
 * The names under which connections keep the statements that they have sent, so that each is parsed and analysed once a
 * connection and not once a call. A name is a digest of its text, so that none ever stands for two: were a connection
 * handed to another client, against all advice, that one would at worst be refused.
 */
export class PreparedNames {
  private readonly names = new Map<string, string>();
  private renewals = 0;

  /** @returns `undefined` for a text that is sent without a name */
  nameOf(text: string): string | undefined {
    const known = this.names.get(text);
    return known ?? (this.names.size < MOST_TEXTS ? this.enter(text) : undefined);
  }

  /** Gives a statement that went out of date another name, unless it has one by now: under it, it is parsed anew. */
  renew(text: string, outdated: string): void {
    if (this.names.get(text) !== outdated) return;
    this.renewals += 1;
    this.enter(text);
  }

  private enter(text: string): string {
    const digest = createHash('sha256').update(`${this.renewals} ${text}`).digest('hex');
    const name = `rollcall_${digest.slice(0, 40)}`;
    this.names.set(text, name);
    return name;
  }
}

/**
 * Whether the server keeps a statement no longer as it was prepared: a migration changed the type of its rows, or the
 * connection was made to forget it. It did nothing then, and can be sent again.
 */
export function isOutdated(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return false;
  return error.code === '26000' || (error.code === '0A000' && error.routine === 'RevalidateCachedQuery');
}

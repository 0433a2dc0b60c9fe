import { createHash } from 'node:crypto';
import pg from 'pg';

/** A deployment sends some two hundred texts; whatever is beyond this is composed from its input, and not kept. */
const MOST_TEXTS = 1_000;

/**
 * The names under which connections keep the statements that they have sent, so that each is parsed and analysed once a
 * connection and not once a call. A name follows from its text: whoever shares a connection finds the same statement
 * under the same name.
 */
export class PreparedNames {
  private readonly names = new Map<string, string>();
  private renewals = 0;

  /** @returns `undefined` for a text that is sent without a name */
  nameOf(text: string): string | undefined {
    const known = this.names.get(text);
    return known ?? (this.names.size < MOST_TEXTS ? this.enter(text) : undefined);
  }

  /**
   * To be asked when a statement failed. One that the server keeps no longer as it was (a migration changed the type of
   * its rows, or a pooler forgot it) did nothing, and gets another name, under which it is parsed anew.
   * @returns whether it can be sent again, unless a transaction was lost with it
   */
  renewOutdated(text: string, error: unknown): boolean {
    if (!this.names.has(text) || !isOutdated(error)) return false;
    this.renewals += 1;
    this.enter(text);
    return true;
  }

  private enter(text: string): string {
    const digest = createHash('sha256')
      .update(`${String(this.renewals)} ${text}`)
      .digest('hex');
    const name = `rollcall_${digest.slice(0, 40)}`;
    this.names.set(text, name);
    return name;
  }
}

/** What Postgres answers to a name it does not know, and to one whose rows would be of another type than before. */
function isOutdated(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return false;
  return error.code === '26000' || (error.code === '0A000' && error.routine === 'RevalidateCachedQuery');
}

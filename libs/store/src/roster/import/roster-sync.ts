import { type Allowance, mostOf } from '#domain';
import type { BudgetOverride } from '../change-status.js';
import type { Roster } from '../roster.js';
import { transact } from '../transact.js';
import { deleteSome } from './delete-missing.js';
import type { CheckedRow } from './plan-row.js';
import type { SyncReport } from './report.js';

/** What deletes people who are missing from a file. */
export interface SyncOptions {
  /** How many of those who were in the roster before it one import may delete. */
  readonly allowance: Allowance;
  /** Deletes them however many they are, past every provider's budget too. (Default: none) */
  readonly overrideBudget?: BudgetOverride | undefined;
}

/** How an import ended, and on whose behalf it was. */
export interface SyncEnd extends SyncOptions {
  readonly actor: string;
  /** Every row was read and taken. What is not whole says nothing of who is missing. */
  readonly isWhole: boolean;
  readonly dryRun: boolean;
}

/** Older notes are of imports that ended with their process. */
const FORGOTTEN_AFTER = `interval '1 day'`;

/**
 * Who may be missing: whoever was active or deactivated when the import began, as a snapshot of that moment showed it, and
 * whose status nobody changed since. Whoever enters or restores somebody meanwhile knows more than the file.
 */
const MISSING = `
  FROM users u JOIN roster_sync_unnamed n ON n.sync_id = $1 AND n.user_id = u.id AND n.status_revision = u.status_revision
  WHERE u.status IN ('active', 'deactivated')`;

/**
 * An import whose file names everybody. Who is there when it begins is noted in the database, and whom the file names is
 * taken from the note, chunk by chunk, so that memory stays bounded; who is left when it ends is missing.
 */
export class RosterSync {
  private named = 0;

  private constructor(
    private readonly roster: Roster,
    private readonly importId: string,
    /** How many were there before the import, which enters people itself. */
    private readonly people: number,
  ) {}

  /** Notes who is there, before the first row of an import is read. */
  static async begin(roster: Roster, importId: string): Promise<RosterSync> {
    const { sql } = roster.database;
    await sql(`DELETE FROM roster_syncs WHERE began_at < now() - ${FORGOTTEN_AFTER}`);
    await sql(
      `DELETE FROM roster_sync_unnamed n WHERE NOT EXISTS (SELECT FROM roster_syncs s WHERE s.id = n.sync_id)`,
    );
    await sql('INSERT INTO roster_syncs (id, began_at) VALUES ($1, now())', [importId]);
    // By what can be seen now, and not by times: those of a transaction that is under way are older than what it commits.
    const [noted] = await sql<{ people: number }>(
      `WITH noted AS (
         INSERT INTO roster_sync_unnamed (sync_id, user_id, status_revision)
         SELECT $1, id, status_revision FROM users WHERE status IN ('active', 'deactivated') RETURNING 1)
       SELECT count(*)::int AS people FROM noted`,
      [importId],
    );
    return new RosterSync(roster, importId, noted?.people ?? 0);
  }

  /** Takes the people of some rows, which no row before had, from the note. */
  async note(rows: readonly CheckedRow[]): Promise<void> {
    const named = await this.roster.database.sql(
      `DELETE FROM roster_sync_unnamed n USING users u
       WHERE n.sync_id = $1 AND u.id = n.user_id AND u.external_key = ANY($2::text[]) RETURNING n.user_id`,
      [this.importId, rows.map(({ row }) => row.externalKey)],
    );
    this.named += named.length;
  }

  /**
   * Deletes whoever is missing, a thousand in a transaction. Cut off half-way, the same file goes on where it stopped.
   * @param onCommitted called after each commit; must not throw
   */
  async deleteMissing(end: SyncEnd, onCommitted: () => void): Promise<SyncReport> {
    const nobody = { missing: null, deleted: 0, held: 0, allowed: null };
    if (!end.isWhole) return { ...nobody, outcome: 'file_not_whole' };
    const missing = await this.count();
    const allowed = end.overrideBudget === undefined ? mostOf(end.allowance, this.people) : null;
    const counted = { missing, deleted: 0, held: 0, allowed };
    if (allowed !== null && missing > allowed)
      return { ...counted, held: missing, outcome: 'deletions_held' };
    if (end.dryRun) return { ...counted, outcome: 'dry_run' };
    return { ...counted, deleted: await this.deleteUpTo(missing, end, onCommitted), outcome: 'done' };
  }

  /** Takes the note away. What is left of an import that ends otherwise, a later one takes away. */
  async end(): Promise<void> {
    const { sql } = this.roster.database;
    // The note is nothing without this row, and an error on the way out must not hide the one that led there.
    await sql('DELETE FROM roster_syncs WHERE id = $1', [this.importId]).catch(() => undefined);
    await sql('DELETE FROM roster_sync_unnamed WHERE sync_id = $1', [this.importId]).catch(() => undefined);
  }

  /** @throws Error when the note was lost, as in a crash of the database: nobody would look missing */
  private async count(): Promise<number> {
    const [row] = await this.roster.database.sql<{ left: number; missing: number }>(
      `SELECT (SELECT count(*) FROM roster_sync_unnamed WHERE sync_id = $1)::int AS left,
              (SELECT count(*) ${MISSING})::int AS missing`,
      [this.importId],
    );
    if (row?.left !== this.people - this.named) {
      throw new Error('the marks of an import were lost, and nobody was deleted; import the same file again');
    }
    return row.missing;
  }

  /** No more than were counted: the decision was about those. */
  private async deleteUpTo(most: number, end: SyncEnd, onCommitted: () => void): Promise<number> {
    const overrides = end.overrideBudget !== undefined;
    let deleted = 0;
    let after: string | null = null;
    while (deleted < most) {
      const chunk = { importId: this.importId, after, most: most - deleted, overrides };
      const ids: readonly string[] = await transact(this.roster.database, (sql) =>
        deleteSome({ sql, roster: this.roster, actor: end.actor }, chunk, MISSING),
      );
      if (ids.length === 0) break;
      deleted += ids.length;
      after = ids.at(-1) ?? null;
      onCommitted();
    }
    return deleted;
  }
}

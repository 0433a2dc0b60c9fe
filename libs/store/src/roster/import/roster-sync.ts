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

/** Older marks are of imports that ended with their process. */
const FORGOTTEN_AFTER = `interval '1 day'`;

/**
 * Who may be missing: whoever is active or deactivated, was there before the file began to be read, and did not change
 * their status since then. Whoever enters or restores somebody meanwhile knows more than the file.
 */
const MISSING = `
  FROM users u JOIN roster_syncs s ON s.id = $1
  WHERE u.status IN ('active', 'deactivated') AND u.created_at < s.began_at AND u.status_changed_at < s.began_at
    AND NOT EXISTS (SELECT FROM roster_sync_seen n WHERE n.sync_id = $1 AND n.user_id = u.id)`;

/**
 * An import whose file names everybody. Whom the file has is marked in the database, chunk by chunk, so that memory
 * stays bounded; who is not marked when it ends is missing.
 */
export class RosterSync {
  private marked = 0;

  private constructor(
    private readonly roster: Roster,
    private readonly importId: string,
  ) {}

  /** Opens the marks of an import, before its first row is read. */
  static async begin(roster: Roster, importId: string): Promise<RosterSync> {
    const { sql } = roster.database;
    await sql(`DELETE FROM roster_syncs WHERE began_at < now() - ${FORGOTTEN_AFTER}`);
    await sql(
      `DELETE FROM roster_sync_seen n WHERE NOT EXISTS (SELECT FROM roster_syncs s WHERE s.id = n.sync_id)`,
    );
    // As early as the oldest transaction that is under way: whoever it enters, or moves, has its time and not ours.
    // In whole milliseconds and rounded down, since a user's times are rounded to them.
    await sql(
      `INSERT INTO roster_syncs (id, began_at)
       SELECT $1, date_trunc('milliseconds', LEAST(now(), min(a.xact_start)))
       FROM pg_stat_activity a WHERE a.datname = current_database() AND a.backend_type = 'client backend'`,
      [importId],
    );
    return new RosterSync(roster, importId);
  }

  /** Marks the people of some rows, which no row before had. */
  async note(rows: readonly CheckedRow[]): Promise<void> {
    const marked = await this.roster.database.sql(
      `INSERT INTO roster_sync_seen (sync_id, user_id)
       SELECT $1, u.id FROM users u WHERE u.external_key = ANY($2::text[]) AND u.status <> 'purged'
       RETURNING user_id`,
      [this.importId, rows.map(({ row }) => row.externalKey)],
    );
    this.marked += marked.length;
  }

  /**
   * Deletes whoever is missing, a thousand in a transaction. Cut off half-way, the same file goes on where it stopped.
   * @param onCommitted called after each commit; must not throw
   */
  async deleteMissing(end: SyncEnd, onCommitted: () => void): Promise<SyncReport> {
    const nobody = { missing: null, deleted: 0, held: 0, allowed: null };
    if (!end.isWhole) return { ...nobody, outcome: 'file_not_whole' };
    const { missing, people } = await this.count();
    const allowed = end.overrideBudget === undefined ? mostOf(end.allowance, people) : null;
    const counted = { missing, deleted: 0, held: 0, allowed };
    if (allowed !== null && missing > allowed)
      return { ...counted, held: missing, outcome: 'deletions_held' };
    if (end.dryRun) return { ...counted, outcome: 'dry_run' };
    return { ...counted, deleted: await this.deleteUpTo(missing, end, onCommitted), outcome: 'done' };
  }

  /** Takes the marks away. What is left of an import that ends otherwise, a later one takes away. */
  async end(): Promise<void> {
    const { sql } = this.roster.database;
    // The marks are nothing without this row, and an error on the way out must not hide the one that led there.
    await sql('DELETE FROM roster_syncs WHERE id = $1', [this.importId]).catch(() => undefined);
    await sql('DELETE FROM roster_sync_seen WHERE sync_id = $1', [this.importId]).catch(() => undefined);
  }

  /** @throws Error when marks were lost, as in a crash of the database: everybody would look missing */
  private async count(): Promise<{ readonly missing: number; readonly people: number }> {
    const { sql } = this.roster.database;
    const [marks] = await sql<{ marked: number }>(
      `SELECT count(*)::int AS marked FROM roster_sync_seen WHERE sync_id = $1`,
      [this.importId],
    );
    if (marks?.marked !== this.marked) {
      throw new Error('the marks of an import were lost, and nobody was deleted; import the same file again');
    }
    // A share of who was there before: the file itself enters people, and must not widen its own limit by them.
    const [row] = await sql<{ missing: number; people: number }>(
      `SELECT (SELECT count(*) ${MISSING})::int AS missing,
              (SELECT count(*) FROM users u JOIN roster_syncs s ON s.id = $1
               WHERE u.status IN ('active', 'deactivated') AND u.created_at < s.began_at)::int AS people`,
      [this.importId],
    );
    return row ?? { missing: 0, people: 0 };
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

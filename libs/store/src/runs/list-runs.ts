import type { RunState } from '#domain';
import type { Database } from '../database.js';
import { RUN_COLUMNS, type Run, type RunRow } from './run.js';

/** Runs a page at most. */
export const MAX_RUNS_A_PAGE = 200;

/** Which runs are asked for. */
export interface RunQuery {
  readonly provider?: string | undefined;
  readonly state?: RunState | undefined;
  /** Reads on behind this run. */
  readonly after?: string | undefined;
  /** At most `MAX_RUNS_A_PAGE`. */
  readonly limit: number;
}

/** Lists runs, the newest first, which is that of their ids backwards. */
export async function listRuns(
  { sql }: Database,
  { provider, state, after, limit }: RunQuery,
): Promise<{ readonly runs: readonly Run[]; readonly next: string | null }> {
  const rows = await sql<RunRow>(
    `SELECT ${RUN_COLUMNS} FROM runs r
     WHERE ($1::text IS NULL OR r.provider = $1) AND ($2::text IS NULL OR r.state = $2) AND ($3::uuid IS NULL OR r.id < $3)
     ORDER BY r.id DESC LIMIT $4`,
    [provider ?? null, state ?? null, after ?? null, limit + 1],
  );
  const runs = rows.slice(0, limit);
  return { runs, next: rows.length > limit ? (runs.at(-1)?.id ?? null) : null };
}

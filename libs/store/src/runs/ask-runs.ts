import type { RunMode, RunTrigger } from '#domain';
import type { Roster } from '../roster/roster.js';
import { RUN_COLUMNS, type Run, type RunRow } from './run.js';

/** What runs are asked for. */
export interface RunRequest {
  /** One run each. Those that are disabled, or not there, get none. */
  readonly providers: readonly string[];
  readonly mode: RunMode;
  readonly trigger: RunTrigger;
  readonly requestedBy: string;
  /** (Default: everybody) */
  readonly userIds?: readonly string[] | undefined;
  /** The moment of the schedule. A slot that had its run, whatever became of it, gets no other. (Default: none) */
  readonly slot?: Date | undefined;
}

/**
 * Asks for a run at each provider. Where one is open already that one is answered: two side by side would find the same
 * twice. Safe to be asked by every replica at once.
 * @returns the runs that are open now, in the order of the providers; none for a slot that had its run
 */
export async function askForRuns(
  { database, newId }: Pick<Roster, 'database' | 'newId'>,
  request: RunRequest,
): Promise<Run[]> {
  const { mode, trigger, requestedBy, userIds, slot } = request;
  const asked = [...new Set(request.providers)];
  const made = await database.sql<RunRow>(
    `INSERT INTO runs AS r (id, request_id, provider, mode, trigger, requested_by, user_ids, slot)
     SELECT g.id, $3, p.slug, $4, $5, $6, $7::uuid[], $8
     FROM unnest($1::uuid[], $2::text[]) AS g (id, slug) JOIN providers p ON p.slug = g.slug AND p.enabled
     ON CONFLICT DO NOTHING
     RETURNING ${RUN_COLUMNS}`,
    [
      asked.map(() => newId()),
      asked,
      newId(),
      mode,
      trigger,
      requestedBy,
      userIds === undefined ? null : [...userIds],
      slot ?? null,
    ],
  );
  if (slot !== undefined || made.length === asked.length) return inOrder(asked, made);
  const open = await database.sql<RunRow>(
    `SELECT ${RUN_COLUMNS} FROM runs r WHERE r.provider = ANY($1::text[]) AND r.state IN ('waiting', 'running')`,
    [asked],
  );
  return inOrder(asked, open);
}

function inOrder(providers: readonly string[], runs: readonly RunRow[]): Run[] {
  return providers.flatMap((slug) => runs.filter(({ provider }) => provider === slug));
}

/**
 * Asks for the end of a run. One that nobody has taken ends at once, one that goes on within a second or a page.
 * @returns the run as it stands then; `null` when there is none of this id
 */
export async function cancelRun({ database }: Pick<Roster, 'database'>, id: string): Promise<Run | null> {
  await database.sql(
    `UPDATE runs SET cancel_asked = true,
       state = CASE WHEN state = 'waiting' THEN 'cancelled' ELSE state END,
       ended_at = CASE WHEN state = 'waiting' THEN now() END
     WHERE id = $1 AND state IN ('waiting', 'running')`,
    [id],
  );
  return findRun({ database }, id);
}

/** Reads one run; `null` when there is none of this id. */
export async function findRun({ database }: Pick<Roster, 'database'>, id: string): Promise<Run | null> {
  const [run] = await database.sql<RunRow>(`SELECT ${RUN_COLUMNS} FROM runs r WHERE r.id = $1`, [id]);
  return run ?? null;
}

import type { RunMode, RunTrigger } from '#domain';
import type { Sql } from '../database.js';
import type { Roster } from '../roster/roster.js';
import { transact } from '../roster/transact.js';
import { OtherRunOpen } from './errors.js';
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
 * twice. Safe to be asked by every replica at once. Who asks by request is not answered a run of another mode or scope,
 * and nothing is made then; a schedule takes what there is.
 * @returns the runs that are open now, in the order of the providers; none for a slot that had its run
 * @throws OtherRunOpen
 */
export async function askForRuns(
  { database, newId }: Pick<Roster, 'database' | 'newId'>,
  request: RunRequest,
): Promise<Run[]> {
  const providers = [...new Set(request.providers)];
  return transact(database, async (sql) => {
    const made = await makeRuns(sql, newId, { ...request, providers });
    if (request.slot !== undefined || made.length === providers.length) return inOrder(providers, made);
    const open = await sql<RunRow>(
      `SELECT ${RUN_COLUMNS} FROM runs r WHERE r.provider = ANY($1::text[]) AND r.state IN ('waiting', 'running')`,
      [providers],
    );
    const others = open.filter((run) => run.mode !== request.mode || !isAbout(run, request.userIds));
    // Thrown out of the transaction, so that none is made at the other providers either.
    if (request.trigger === 'request' && others.length > 0)
      throw new OtherRunOpen(inOrder(providers, others));
    return inOrder(providers, open);
  });
}

/** In the order of their names: of two who ask for the same at once, the later one waits and neither is sacrificed. */
async function makeRuns(sql: Sql, newId: Roster['newId'], request: RunRequest): Promise<RunRow[]> {
  const { providers, mode, trigger, requestedBy, userIds, slot } = request;
  return sql<RunRow>(
    `INSERT INTO runs AS r (id, request_id, provider, mode, trigger, requested_by, user_ids, slot)
     SELECT g.id, $3, p.slug, $4, $5, $6, $7::uuid[], $8
     FROM unnest($1::uuid[], $2::text[]) AS g (id, slug) JOIN providers p ON p.slug = g.slug AND p.enabled
     ORDER BY p.slug
     ON CONFLICT DO NOTHING
     RETURNING ${RUN_COLUMNS}`,
    [
      providers.map(() => newId()),
      providers,
      newId(),
      mode,
      trigger,
      requestedBy,
      userIds === undefined ? null : [...userIds],
      slot ?? null,
    ],
  );
}

function isAbout(run: Run, userIds: readonly string[] | undefined): boolean {
  if (run.userIds === null || userIds === undefined) return run.userIds === null && userIds === undefined;
  const [those, these] = [new Set(run.userIds), new Set(userIds)];
  return those.size === these.size && [...these].every((id) => those.has(id));
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

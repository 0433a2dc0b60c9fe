import { type Lane, laneOfVerb, type MirroredUser, NO_ATTRIBUTES } from '#domain';
import { type AuditEntry, recordAudit } from '../../audit/record-audit.js';
import type { Database } from '../../database.js';
import { type Mark, markLinks } from '../../mark.js';
import { findTombstones, type Identifiers } from '../../erasure/tombstones.js';
import { changedValues } from '../changes.js';
import { createLinks } from '../create-links.js';
import type { Roster } from '../roster.js';
import { MIRRORED_COLUMNS, type MirroredUserRow, toMirroredUser } from '../user-row.js';
import { insertUsers, setAttributes, setStatus } from '../write-users.js';
import { type CheckedRow, planRow, refuseErased, type RowPlan } from './plan-row.js';
import type { RowError } from './report.js';

/** What became of a chunk. */
export interface ChunkOutcome {
  created: number;
  updated: number;
  unchanged: number;
  readonly refused: RowError[];
  /** Lanes in which links became due. */
  readonly lanes: Set<Lane>;
}

/** The transaction of a chunk, and on whose behalf. */
export interface ChunkWork {
  readonly sql: Database['sql'];
  readonly roster: Roster;
  readonly actor: string;
  /** Told in every audit entry, so that one import can be read as a whole. */
  readonly importId: string;
}

type Planned<Kind extends RowPlan['kind']> = { readonly checked: CheckedRow } & Extract<
  RowPlan,
  { kind: Kind }
>;

/**
 * Applies checked rows with distinct keys, in a constant number of statements. A row that changes nothing writes
 * nothing, and takes no lock. Rows whose key was taken in the meantime are decided again, against its holder.
 */
export async function applyChunk(work: ChunkWork, rows: readonly CheckedRow[]): Promise<ChunkOutcome> {
  const outcome: ChunkOutcome = { created: 0, updated: 0, unchanged: 0, refused: [], lanes: new Set() };
  let open = rows;
  while (open.length > 0) {
    const plans = await withoutErased(work, await planUnderLocks(work.sql, open));
    countSettled(outcome, plans);
    await change(
      work,
      outcome,
      plans.filter((plan) => plan.kind === 'change'),
    );
    open = await create(
      work,
      outcome,
      plans.filter((plan) => plan.kind === 'create'),
    );
  }
  return outcome;
}

type PlannedRow = { readonly checked: CheckedRow } & RowPlan;

/** Only rows that are going to change somebody take locks; whoever was changed before the lock is decided again. */
async function planUnderLocks(sql: Database['sql'], rows: readonly CheckedRow[]): Promise<PlannedRow[]> {
  const standing = await findByKey(sql, rows, { lock: false });
  const plans = planAgainst(standing, rows);
  const touched = plans.filter((plan) => plan.kind === 'change').map((plan) => plan.checked);
  const versions = await lockByKey(sql, touched);
  const overtaken = touched.filter(
    ({ row: { externalKey } }) => versions.get(externalKey) !== standing.get(externalKey)?.version,
  );
  if (overtaken.length === 0) return plans;
  const decidedAgain = new Set(overtaken);
  const again = planAgainst(await findByKey(sql, overtaken, { lock: true }), overtaken);
  return [...plans.filter(({ checked }) => !decidedAgain.has(checked)), ...again];
}

function planAgainst(standing: ReadonlyMap<string, StandingUser>, rows: readonly CheckedRow[]): PlannedRow[] {
  return rows.map((checked) => ({
    checked,
    ...planRow(checked, standing.get(checked.row.externalKey)?.user),
  }));
}

/** Refuses the rows that would bring an erased person back, or give somebody an erased person's email. */
async function withoutErased(
  { sql, roster }: ChunkWork,
  plans: readonly PlannedRow[],
): Promise<readonly PlannedRow[]> {
  const standing = await findTombstones(sql, roster.hashKey, plans.map(identifiersOf));
  return plans.map((plan, at) => {
    const kind = standing[at] ?? null;
    return kind === null ? plan : { checked: plan.checked, ...refuseErased(plan.checked, kind) };
  });
}

/** What a row would newly be known by. */
function identifiersOf(plan: PlannedRow): Identifiers {
  if (plan.kind === 'create') {
    return { externalKey: plan.checked.row.externalKey, email: plan.attributes.email };
  }
  const changesEmail = plan.kind === 'change' && plan.values['email'] !== undefined;
  return { email: changesEmail ? (plan.attributes?.email ?? null) : null };
}

/** Who has a key, and the version of the row that says so: every write gives it another. */
interface StandingUser {
  readonly user: MirroredUser;
  readonly version: string;
}

const VERSION = 'u.xmin::text AS version';
const BY_KEY = `FROM users u WHERE u.external_key = ANY($1::text[]) AND u.status <> 'purged' ORDER BY u.external_key`;

async function findByKey(
  sql: Database['sql'],
  rows: readonly CheckedRow[],
  { lock }: { readonly lock: boolean },
): Promise<Map<string, StandingUser>> {
  if (rows.length === 0) return new Map();
  const found = await sql<MirroredUserRow & { readonly version: string }>(
    `SELECT ${MIRRORED_COLUMNS}, ${VERSION} ${BY_KEY} ${lock ? 'FOR UPDATE' : ''}`,
    [keysOf(rows)],
  );
  return new Map(found.map((row) => [row.externalKey, { user: toMirroredUser(row), version: row.version }]));
}

/** @returns the version that each key's row stands at under its lock */
async function lockByKey(
  sql: Database['sql'],
  rows: readonly CheckedRow[],
): Promise<ReadonlyMap<string, string>> {
  if (rows.length === 0) return new Map();
  const locked = await sql<{ key: string; version: string }>(
    `SELECT u.external_key AS key, ${VERSION} ${BY_KEY} FOR UPDATE`,
    [keysOf(rows)],
  );
  return new Map(locked.map(({ key, version }) => [key, version]));
}

function keysOf(rows: readonly CheckedRow[]): string[] {
  return rows.map(({ row }) => row.externalKey);
}

function countSettled(outcome: ChunkOutcome, plans: readonly RowPlan[]): void {
  for (const plan of plans) {
    if (plan.kind === 'unchanged') outcome.unchanged += 1;
    if (plan.kind === 'refused') outcome.refused.push(plan.error);
  }
}

/** @returns the rows whose key somebody else took first */
async function create(
  { sql, roster, actor, importId }: ChunkWork,
  outcome: ChunkOutcome,
  plans: readonly Planned<'create'>[],
): Promise<CheckedRow[]> {
  const users = plans.map((plan) => ({
    ...plan,
    id: roster.newId(),
    externalKey: plan.checked.row.externalKey,
  }));
  const ids = await insertUsers(sql, users);
  const entered = users.filter((user) => ids.has(user.id));
  const entries = entered.map((user) => ({
    actor,
    action: 'user.create',
    userId: user.id,
    values: { externalKey: user.externalKey, ...changedValues(NO_ATTRIBUTES, user.attributes) },
    detail: { importId, status: user.status },
  }));
  await recordAudit(sql, roster.hashKey, entries, createLinks(sql, entered, 'backfill'));
  outcome.created += entered.length;
  if (entered.length > 0) outcome.lanes.add('backfill');
  return users.filter((user) => !ids.has(user.id)).map((user) => user.checked);
}

async function change(
  work: ChunkWork,
  outcome: ChunkOutcome,
  plans: readonly Planned<'change'>[],
): Promise<void> {
  const { sql, roster } = work;
  const edited = plans.flatMap(({ user, attributes }) =>
    attributes === null ? [] : [{ id: user.id, attributes }],
  );
  await setAttributes(sql, edited);
  for (const verb of ['deactivate', 'reactivate'] as const) {
    const ids = plans.filter((plan) => plan.verb === verb).map((plan) => plan.user.id);
    if (ids.length === 0) continue;
    const status = verb === 'deactivate' ? 'deactivated' : 'active';
    await setStatus(sql, ids, { status, statusBeforeDeletion: null });
    await markIn(work, outcome, { lane: laneOfVerb(verb), dissolvesHold: true, ids });
  }
  const onlyEdited = plans.filter((plan) => plan.verb === null).map((plan) => plan.user.id);
  const entries = plans.flatMap((plan) => changeEntries(work, plan));
  await recordAudit(
    sql,
    roster.hashKey,
    entries,
    markIn(work, outcome, { lane: 'backfill', ids: onlyEdited }),
  );
  outcome.updated += plans.length;
}

async function markIn(
  { sql }: ChunkWork,
  outcome: ChunkOutcome,
  { ids, ...mark }: Mark & { readonly ids: readonly string[] },
): Promise<void> {
  if (ids.length === 0) return;
  await markLinks(sql, ids, mark);
  outcome.lanes.add(mark.lane);
}

function changeEntries({ actor, importId }: ChunkWork, plan: Planned<'change'>): AuditEntry[] {
  const entries: AuditEntry[] = [];
  const userId = plan.user.id;
  if (plan.attributes !== null) {
    entries.push({ actor, action: 'user.update', userId, values: plan.values, detail: { importId } });
  }
  if (plan.verb !== null) {
    entries.push({
      actor,
      action: `user.${plan.verb}`,
      userId,
      detail: { importId, from: plan.user.status },
    });
  }
  return entries;
}

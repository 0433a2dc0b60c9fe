import type { Lane } from '#domain';
import type { WebhookHint } from '#identity-provider';
import type { Sql } from '../database.js';
import { linksOfKeys } from '../engine/links-of-keys.js';
import { hashOfAccount } from '../erasure/account-hash.js';
import { markLinks } from '../mark.js';
import type { Roster } from '../roster/roster.js';
import { transact } from '../roster/transact.js';

/** Links that are to be read because of what their provider said, by how urgent that is. */
export interface DoubtedLinks {
  readonly lane: Lane;
  /** Never empty. */
  readonly userIds: readonly string[];
}

/**
 * Writes down what a provider said and makes the links due that it is about, all of it or nothing. Nothing more is done
 * with a hint: every such link is read before anything is concluded. An event that was written down before does nothing.
 * Of accounts only keyed hashes are kept, and the survivor of a merge; purged users have no links that matter.
 * @returns nothing when no link is concerned
 */
export async function takeWebhookHints(
  roster: Roster,
  provider: string,
  hints: readonly WebhookHint[],
): Promise<readonly DoubtedLinks[]> {
  return transact(roster.database, async (sql) => {
    const from = { sql, provider, hashKey: roster.hashKey };
    const news = await writeDown(from, hints);
    for (const hint of news) if (hint.type === 'merged') await noteMerge(from, hint);
    return doubt(from, news);
  });
}

/** Whose word is taken, and by what. */
interface Taking {
  readonly sql: Sql;
  readonly provider: string;
  readonly hashKey: Buffer;
}

/** @returns the hints of events that were not known before, in their order */
async function writeDown(
  { sql, provider, hashKey }: Taking,
  hints: readonly WebhookHint[],
): Promise<readonly WebhookHint[]> {
  const first = [...new Map(hints.toReversed().map((hint) => [hint.eventId, hint])).values()];
  const rows = await sql<{ event_id: string }>(WRITE_DOWN, [
    provider,
    first.map(({ eventId }) => eventId),
    first.map(({ type }) => type),
    first.map(({ account }) => hashOfAccount(hashKey, provider, account.accountId)),
    first.map((hint) => (hint.type === 'merged' ? hint.survivor.accountId : null)),
  ]);
  const written = new Set(rows.map((row) => row.event_id));
  return first.toReversed().filter((hint) => written.has(hint.eventId));
}

// In the order of their numbers: two posts with the same events would else wait for each other.
const WRITE_DOWN = `
  INSERT INTO webhook_events (provider, event_id, type, account_hash, survivor_id)
  SELECT $1, h.event_id, h.type, h.account_hash, h.survivor_id
  FROM unnest($2::text[], $3::text[], $4::bytea[], $5::text[]) AS h (event_id, type, account_hash, survivor_id)
  ORDER BY h.event_id
  ON CONFLICT DO NOTHING
  RETURNING event_id`;

const OF_REMOTE_KEYS = linksOfKeys('$1', '$3::text[]');

/**
 * One after the other: the survivor of one merge may be discarded by the next, in the same post. It may also have been
 * discarded by one that was told before.
 */
async function noteMerge(
  from: Taking,
  { account, survivor }: Extract<WebhookHint, { type: 'merged' }>,
): Promise<void> {
  await from.sql(
    `UPDATE links l SET merged_into = $4
     FROM users u
     WHERE u.id = l.user_id AND u.status <> 'purged' AND l.provider = $1
       AND (l.account_id = $2 OR l.merged_into = $2
         OR (l.account_id IS NULL AND l.user_id = ANY(ARRAY(SELECT user_id FROM (${OF_REMOTE_KEYS}) AS held))))`,
    [from.provider, account.accountId, [account.remoteKey], await lastSurvivor(from, survivor.accountId)],
  );
}

/** No chain is longer; one that goes round in a circle has to end. */
const MERGES_AT_MOST = 20;

async function lastSurvivor({ sql, provider, hashKey }: Taking, accountId: string): Promise<string> {
  let last = accountId;
  for (let merges = 0; merges < MERGES_AT_MOST; merges += 1) {
    const [next] = await sql<{ survivor_id: string }>(
      `SELECT survivor_id FROM webhook_events
       WHERE provider = $1 AND account_hash = $2 AND survivor_id IS NOT NULL ORDER BY received_at DESC LIMIT 1`,
      [provider, hashOfAccount(hashKey, provider, last)],
    );
    if (next === undefined) return last;
    last = next.survivor_id;
  }
  return last;
}

async function doubt(
  { sql, provider }: Taking,
  news: readonly WebhookHint[],
): Promise<readonly DoubtedLinks[]> {
  const named = news.flatMap((hint) =>
    hint.type === 'merged' ? [hint.account, hint.survivor] : [hint.account],
  );
  if (named.length === 0) return [];
  const rows = await sql<{ user_id: string; is_leaving: boolean }>(
    `SELECT l.user_id, u.status = 'purging' AS is_leaving
     FROM links l JOIN users u ON u.id = l.user_id
     WHERE l.provider = $1 AND u.status <> 'purged'
       AND (l.account_id = ANY($2::text[]) OR l.merged_into = ANY($2::text[])
         OR l.user_id = ANY(ARRAY(SELECT user_id FROM (${OF_REMOTE_KEYS}) AS held)))`,
    [provider, named.map(({ accountId }) => accountId), named.map(({ remoteKey }) => remoteKey)],
  );
  const usersOf = (isLeaving: boolean): string[] =>
    rows.filter((row) => row.is_leaving === isLeaving).map((row) => row.user_id);
  const doubted: readonly DoubtedLinks[] = [
    { lane: 'revocation', userIds: usersOf(true) },
    { lane: 'live', userIds: usersOf(false) },
  ];
  const concerned = doubted.filter(({ userIds }) => userIds.length > 0);
  for (const { lane, userIds } of concerned) await markLinks(sql, userIds, { lane, doubt: true, provider });
  return concerned;
}

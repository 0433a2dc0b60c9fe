import type { Lane } from '#domain';
import type { WebhookHint } from '#identity-provider';
import type { Sql } from '../database.js';
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
 * Of accounts that no link is about only the event's number is kept; purged users have no links that matter.
 * @returns nothing when no link is concerned
 */
export async function takeWebhookHints(
  roster: Roster,
  provider: string,
  hints: readonly WebhookHint[],
): Promise<readonly DoubtedLinks[]> {
  return transact(roster.database, async (sql) => {
    const news = await writeDown(sql, provider, hints);
    for (const hint of news) if (hint.type === 'merged') await noteMerge(sql, provider, hint);
    return doubt(sql, provider, news);
  });
}

/** @returns the hints of events that were not known before, in their order */
async function writeDown(
  sql: Sql,
  provider: string,
  hints: readonly WebhookHint[],
): Promise<readonly WebhookHint[]> {
  const first = [...new Map(hints.toReversed().map((hint) => [hint.eventId, hint])).values()];
  const rows = await sql<{ event_id: string }>(WRITE_DOWN, [provider, JSON.stringify(first.map(toRow))]);
  const written = new Set(rows.map((row) => row.event_id));
  return first.toReversed().filter((hint) => written.has(hint.eventId));
}

function toRow({ eventId, type, account }: WebhookHint): object {
  return { event_id: eventId, type, account_id: account.accountId, remote_key: account.remoteKey };
}

// In the order of their numbers: two posts with the same events would else wait for each other.
const WRITE_DOWN = `
  INSERT INTO webhook_events (provider, event_id, type, account_id)
  SELECT $1, h.event_id, h.type,
    CASE WHEN EXISTS (SELECT FROM links l WHERE l.provider = $1 AND l.account_id = h.account_id)
           OR EXISTS (SELECT FROM links l JOIN users u ON u.id = l.user_id
                      WHERE l.provider = $1 AND l.remote_key = h.remote_key AND u.status <> 'purged')
      THEN h.account_id END
  FROM jsonb_to_recordset($2::jsonb) AS h(event_id text, type text, account_id text, remote_key text)
  ORDER BY h.event_id
  ON CONFLICT DO NOTHING
  RETURNING event_id`;

/** One after the other: the survivor of one merge may be discarded by the next, in the same post. */
async function noteMerge(
  sql: Sql,
  provider: string,
  { account, survivor }: Extract<WebhookHint, { type: 'merged' }>,
): Promise<void> {
  await sql(
    `UPDATE links l SET merged_into = $4
     FROM users u
     WHERE u.id = l.user_id AND u.status <> 'purged' AND l.provider = $1
       AND (l.account_id = $2 OR l.merged_into = $2 OR (l.account_id IS NULL AND l.remote_key = $3))`,
    [provider, account.accountId, account.remoteKey, survivor.accountId],
  );
}

async function doubt(
  sql: Sql,
  provider: string,
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
       AND (l.account_id = ANY($2::text[]) OR l.merged_into = ANY($2::text[]) OR l.remote_key = ANY($3::text[]))`,
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

import type { Sql } from '#store';
import type { RecordedRequest } from '../stage/recorder.js';
import { sendBare } from './bare.js';

/** However few accounts an answer shows: a statement for each would measure statements. */
const LINKS_AT_LEAST_A_STATEMENT = 100;

const READ_LINKS = `
  SELECT account_id AS "accountId", observed_state, observed_marker, asserted FROM links
  WHERE provider = $1 AND account_id > $2 ORDER BY account_id LIMIT $3`;

/**
 * The least that could tell that nothing differs: the bare loop, which parses every answer, and beside it reads as many of
 * our links with what their accounts should hold. It checks no answer, compares nothing and holds no lease.
 * @throws Error when a request is refused
 */
export async function sendLooking(
  sql: Sql,
  origin: string,
  given: {
    readonly provider: string;
    readonly people: number;
    readonly requests: readonly RecordedRequest[];
    readonly concurrency: number;
  },
): Promise<void> {
  const { requests, concurrency } = given;
  const asked = sendBare(origin, requests, concurrency, (text) => JSON.parse(text));
  await Promise.all([asked, readAllLinks(sql, given)]);
}

async function readAllLinks(
  sql: Sql,
  {
    provider,
    people,
    requests,
  }: { readonly provider: string; readonly people: number; readonly requests: readonly RecordedRequest[] },
): Promise<void> {
  const aPage = Math.max(LINKS_AT_LEAST_A_STATEMENT, Math.ceil(people / requests.length));
  for (let after: string | undefined = ''; after !== undefined;) {
    const links: { accountId: string }[] = await sql<{ accountId: string }>(READ_LINKS, [
      provider,
      after,
      aPage,
    ]);
    after = links.at(-1)?.accountId;
  }
}

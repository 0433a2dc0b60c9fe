import { Pool } from 'undici';
import type { Sql } from '#store';
import type { RecordedRequest } from '../stage/recorder.js';

/** As many as a worker claims at that speed, and settles at once. */
const CLAIMED_AT_ONCE = 500;
const SETTLED_AT_ONCE = 256;

const CLAIM = `
  WITH picked AS (
    SELECT user_id FROM links
    WHERE provider = $1 AND wanted > handled AND NOT in_flight AND next_attempt_at <= now()
    ORDER BY lane, next_attempt_at LIMIT ${CLAIMED_AT_ONCE} FOR UPDATE SKIP LOCKED)
  UPDATE links l SET lease_token = gen_random_uuid(), lease_until = now() + interval '1 minute', in_flight = true
  FROM picked p JOIN users u ON u.id = p.user_id WHERE l.user_id = p.user_id AND l.provider = $1
  RETURNING l.user_id AS "userId", u.external_key, u.email, u.display_name, u.attributes`;

const SETTLE = `
  WITH settled AS (
    UPDATE links l SET handled = wanted, in_flight = false, lease_token = NULL, lease_until = NULL,
      account_id = l.remote_key, certainty = 'certain', observed_state = 'live', observed_at = now(), settled_at = now(),
      applied_status = 'active', applied_status_revision = 1, applied_attribute_revision = 1
    WHERE l.provider = $1 AND l.user_id = ANY($2::uuid[]) AND l.in_flight RETURNING l.user_id)
  INSERT INTO audit (actor, action, user_id, provider) SELECT 'loop', 'provider.provision', user_id, $1 FROM settled`;

/**
 * The least that writes down what it does: the bare loop, whose people are claimed under a lease before their calls and
 * settled and audited after them, in the same tables and in groups like a worker's. It knows one case, looks at no answer,
 * plans nothing and keeps nobody from anything.
 * @throws Error when a request is refused
 */
export async function sendRecording(
  sql: Sql,
  origin: string,
  given: {
    readonly provider: string;
    readonly requests: readonly RecordedRequest[];
    readonly concurrency: number;
  },
): Promise<void> {
  const pool = new Pool(origin, { connections: given.concurrency, pipelining: 1 });
  const people = new Claims(sql, given.provider);
  const settles: Promise<unknown>[] = [];
  const done: string[] = [];
  const settle = (): void => {
    settles.push(sql(SETTLE, [given.provider, done.splice(0)]));
  };
  let next = 0;
  const work = async (): Promise<void> => {
    for (let userId = await people.take(); userId !== undefined; userId = await people.take()) {
      const request = given.requests[next++];
      if (request === undefined) throw new Error('there are more people than recorded requests');
      const { statusCode, body } = await pool.request(request);
      await body.json();
      if (statusCode >= 300) throw new Error(`a recorded ${request.method} was answered ${statusCode}`);
      if (done.push(userId) === SETTLED_AT_ONCE) settle();
    }
  };
  await Promise.all(Array.from({ length: given.concurrency }, work));
  settle();
  await Promise.all(settles);
  await pool.close();
}

/** People one by one; the next are claimed while the last are at work. */
class Claims {
  private held: string[] = [];
  private coming: Promise<string[]>;
  private arriving: Promise<void> | null = null;

  constructor(
    private readonly sql: Sql,
    private readonly provider: string,
  ) {
    this.coming = this.claim();
  }

  /** @returns `undefined` when nobody is left */
  async take(): Promise<string | undefined> {
    if (this.held.length === 0) await (this.arriving ??= this.arrive());
    return this.held.pop();
  }

  private async arrive(): Promise<void> {
    this.held = await this.coming;
    this.arriving = null;
    if (this.held.length > 0) this.coming = this.claim();
  }

  private async claim(): Promise<string[]> {
    const rows = await this.sql<{ userId: string }>(CLAIM, [this.provider]);
    return rows.map(({ userId }) => userId);
  }
}

import fc from 'fast-check';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { importUsers, markLinks } from '#store';
import { Book, histories, type Event, type Status } from '../support/history.js';
import {
  destructiveCalls,
  openLifecycleStage,
  PROVIDER_SLUGS,
  type LifecycleStage,
  type ProviderSlug,
} from '../support/lifecycle-stage.js';
import { person, range } from '../support/people.js';
import { until } from '../support/until.js';

/** Histories that go on side by side on the one mirror; each lane is a property of its own, with its own seed. */
const LANES = 8;
const RUNS_A_LANE = 26;
/** People to whom nothing happens, so that what does happen concerns few of those who are mirrored. */
const BYSTANDERS = 500;

describe('whatever happens to somebody, in whatever order', () => {
  let stage: LifecycleStage;
  let hired = BYSTANDERS;
  const purged = new Set<string>();
  const happened = { vanished: 0, recreated: 0, retained: 0 };
  let working: Promise<void>;
  let isOver = false;

  beforeAll(async () => {
    stage = await openLifecycleStage();
    stage.mirror.simulators.providers.sunshine.behaviour.merge({ deletionDelayMs: 50 });
    const lines = range(BYSTANDERS).map((n) => JSON.stringify(person(n)));
    // eslint-disable-next-line @typescript-eslint/require-await -- an import reads asynchronously
    async function* bytes(): AsyncGenerator<Buffer> {
      yield Buffer.from(lines.join('\n'));
    }
    await importUsers(stage.mirror.roster, { actor: 'test', bytes: bytes() }, { format: 'ndjson' });
    await stage.mirror.converge(40_000);
    working = work();
  }, 60_000);
  afterAll(async () => {
    isOver = true;
    await working;
    await stage.close();
  });

  /** A worker goes on by itself, so that events fall between any two of its steps. */
  async function work(): Promise<void> {
    while (!isOver) {
      await stage.mirror.worker.pass(50);
      await delay(10);
    }
  }

  /** Waits until nothing is due for somebody any more. */
  const settled = (id: string): Promise<void> =>
    until(async () => {
      const open = await stage.mirror.database.sql(
        `SELECT FROM links l JOIN users u ON u.id = l.user_id
         WHERE u.id = $1 AND (l.wanted > l.handled OR l.in_flight OR u.status = 'purging')`,
        [id],
      );
      return open.length === 0;
    }, 20_000);

  /** Events that are asked of the API, and may be refused. */
  type Asked = Exclude<Event, { kind: 'mirrored' | 'vanish' | 'age' }>;

  const send = (id: string, event: Asked) => {
    switch (event.kind) {
      case 'move':
        return stage.move(id, event.move);
      case 'purgeLater':
        return stage.move(id, 'purge', { notBefore: '2999-01-01T00:00:00Z' });
      case 'edit':
        return stage.ask('PATCH', `/users/${id}`, { company: event.company });
      case 'recreate':
        return stage.move(id, 'reactivate', { recreate: true });
      case 'hold':
        return stage.ask('PUT', `/users/${id}/legal-hold`, { reason: 'a lawsuit' });
      case 'lift':
        return stage.ask('DELETE', `/users/${id}/legal-hold`);
    }
  };

  /** Of somebody who is purging nothing is there that could disappear. */
  async function vanish(id: string, book: Book, slug: ProviderSlug): Promise<void> {
    await settled(id);
    book.noteMirrored();
    const accountId = (await stage.accountIds())[slug].get(id);
    if (book.status === 'purging' || accountId === undefined || !stage.held(slug).has(accountId)) return;
    stage.mirror.simulators.providers[slug].plant({ op: 'remove', id: accountId });
    await markLinks(stage.mirror.database.sql, [id], { lane: 'live', doubt: true });
    await settled(id);
    book.noteVanished(slug);
    happened.vanished += 1;
  }

  async function age(id: string): Promise<void> {
    await stage.mirror.database.sql(
      `UPDATE users SET status_changed_at = now() - interval '31 days' WHERE id = $1 AND status = 'deleted'`,
      [id],
    );
  }

  /** Whoever the retention period takes is waited for, so that nothing that follows depends on who was first. */
  async function retain(id: string, book: Book): Promise<void> {
    if (!book.noteRetention()) return;
    happened.retained += 1;
    await until(async () => {
      const [row] = await stage.mirror.database.sql<{ status: string }>(
        'SELECT status FROM users WHERE id = $1',
        [id],
      );
      return row?.status !== 'deleted';
    }, 20_000);
  }

  async function happen(id: string, book: Book, event: Event): Promise<void> {
    const expected = book.note(event);
    if (event.kind === 'mirrored') return settled(id);
    if (event.kind === 'vanish') return vanish(id, book, event.slug);
    if (event.kind === 'age') return age(id);
    const missed = event.kind === 'recreate' && expected === 'taken' ? await missedBy(id) : 0;
    const { status } = await send(id, event);
    expect([event, status]).toEqual([event, expected === 'taken' ? 200 : 409]);
    if (event.kind === 'recreate') await settled(id);
    happened.recreated += missed;
  }

  const missedBy = async (id: string): Promise<number> => {
    const rows = await stage.mirror.database.sql(
      `SELECT FROM links WHERE user_id = $1 AND park_code = 'gone_at_provider'`,
      [id],
    );
    return rows.length;
  };

  /** One history, from a new hire to the last event. @returns the ids that the links recorded on the way */
  async function live(id: string, book: Book, history: readonly Event[]): Promise<Map<ProviderSlug, string>> {
    const accounts = new Map<ProviderSlug, string>();
    for (const event of history) {
      await happen(id, book, event);
      await retain(id, book);
    }
    if (book.status === 'purging') purged.add(id);
    await settled(id);
    book.noteMirrored();
    for (const [slug, ids] of Object.entries(await stage.accountIds())) {
      const own = ids.get(id);
      if (own !== undefined) accounts.set(slug as ProviderSlug, own); // the keys of the record are these
    }
    return accounts;
  }

  it('the mirror ends where the history does, and destroys nobody whose history does not say so', async () => {
    const lane = (seed: number): Promise<void> =>
      fc.assert(
        fc.asyncProperty(histories, fc.boolean(), async (history, isMirroredFirst) => {
          hired += 1;
          const { body } = await stage.ask('POST', '/users', person(hired));
          const id = String(body['id']);
          if (isMirroredFirst) await settled(id);
          const book = new Book();
          const accounts = await live(id, book, history);
          judge(stage, book, accounts, isMirroredFirst);
          await judgeLinks(stage, id, book);
        }),
        { numRuns: RUNS_A_LANE, seed, endOnFailure: true },
      );
    const startedMs = performance.now();
    await Promise.all(range(LANES).map(lane));

    expect(hired - BYSTANDERS).toBeGreaterThanOrEqual(200);
    for (const [what, times] of Object.entries(happened)) expect([what, times >= 5]).toEqual([what, true]);
    expect(performance.now() - startedMs).toBeLessThan(90_000);
  }, 120_000);

  it('P8: every destructive call of all of them was for somebody purged, one for each account', async () => {
    const accounts = await stage.accountIds();
    for (const slug of PROVIDER_SLUGS) {
      const calls = destructiveCalls(slug, stage.mirror.simulators.running[slug].log.since(0));
      const warranted = new Set([...purged].map((id) => accounts[slug].get(id)));
      const named = calls.map(({ accountId }) => accountId);
      expect([slug, named.filter((accountId) => !warranted.has(accountId))]).toEqual([slug, []]);
      expect([slug, named.length]).toEqual([slug, new Set(named).size]);
      const { duplicates } = stage.mirror.simulators.running[slug].summary();
      // Nothing stands there that no link knows of, whose purge would not reach it.
      const known = new Set(accounts[slug].values());
      expect([slug, [...stage.held(slug).keys()].filter((id) => !known.has(id))]).toEqual([slug, []]);
      expect([slug, Object.values(duplicates).filter((count) => count > 0)]).toEqual([slug, []]);
    }
    expect(purged.size).toBeGreaterThan(0);
  });
});

function judge(
  stage: LifecycleStage,
  book: Book,
  accounts: ReadonlyMap<ProviderSlug, string>,
  hadAccounts: boolean,
): void {
  for (const slug of PROVIDER_SLUGS) {
    const accountId = accounts.get(slug);
    const account = accountId === undefined ? undefined : stage.held(slug).get(accountId);
    const shown =
      account === undefined
        ? 'gone'
        : account.marker === null
          ? account.state
          : `${account.state}, marked ${account.marker}`;
    // Who left before anything was mirrored has no account, and needs none.
    const mayLack = (!hadAccounts && book.status !== 'active') || book.gone.get(slug) === 'perhaps';
    const isGone = book.gone.get(slug) === 'surely';
    const allowed = [isGone ? 'gone' : expectedAt(slug, book.status), ...(mayLack ? ['gone'] : [])];
    expect([slug, book.status, allowed]).toEqual([slug, book.status, expect.arrayContaining([shown])]);
    if (account !== undefined) judgeCompany(slug, book, account.attributes);
  }
}

/** Written down apart from the capabilities that the engine goes by. */
function expectedAt(slug: ProviderSlug, status: Status): string {
  if (status === 'purging') return 'gone';
  if (status === 'active' || slug === 'vault') return 'live';
  if (slug === 'sunshine') return `live, marked ${status}`;
  return slug === 'passage' ? 'suspended' : 'softDeleted';
}

/** Where each provider that carries it keeps the company, as long as it is kept up to date. */
function judgeCompany(slug: ProviderSlug, book: Book, held: Readonly<Record<string, string | null>>): void {
  const isCurrent = book.status === 'active' || (book.status === 'deactivated' && slug !== 'sendauth');
  const path = {
    vault: 'metadata.account_name',
    sunshine: 'metadata.company',
    passage: null,
    sendauth: 'company.name',
  };
  const place = path[slug];
  if (isCurrent && place !== null) expect([slug, held[place]]).toEqual([slug, book.company]);
}

async function judgeLinks(stage: LifecycleStage, id: string, book: Book): Promise<void> {
  const { body } = await stage.ask('GET', `/users/${id}`);
  expect(body['status']).toBe(book.status === 'purging' ? 'purged' : book.status);
  const answer = await stage.ask('GET', `/users/${id}/links`);
  // The shape of links is described by the API and held against it elsewhere.
  const links = answer.body['links'] as readonly {
    readonly provider: ProviderSlug;
    readonly standing: string;
    readonly owed: string[];
  }[];
  for (const { provider, standing, owed } of links) {
    const isMissed = book.status === 'active' && book.gone.has(provider);
    expect(isMissed ? ['parked'] : ['inSync', 'notEnforceable']).toContain(standing);
    expect(owed).toEqual([]);
  }
}

import fc from 'fast-check';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { importUsers } from '#store';
import {
  destructiveCalls,
  MOVES,
  openLifecycleStage,
  PROVIDER_SLUGS,
  type LifecycleStage,
  type Move,
  type ProviderSlug,
} from '../support/lifecycle-stage.js';
import { person, range } from '../support/people.js';
import { until } from '../support/until.js';

/** Histories that go on side by side on the one mirror; each lane is a property of its own, with its own seed. */
const LANES = 8;
const RUNS_A_LANE = 26;
/** People to whom nothing happens, so that what does happen concerns few of those who are mirrored. */
const BYSTANDERS = 500;

/** One thing that happens to somebody. */
type Event =
  | { readonly kind: 'move'; readonly move: Move }
  | { readonly kind: 'purgeLater' }
  | { readonly kind: 'edit'; readonly company: string }
  /** The mirror catches up before anything else happens. */
  | { readonly kind: 'mirrored' };

const events: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant('move' as const), move: fc.constantFrom(...MOVES) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('purgeLater' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('edit' as const),
      company: fc.constantFrom('One', 'Two', 'Three'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('mirrored' as const) }) },
);
const histories = fc.array(events, { minLength: 1, maxLength: 12 });

type Status = 'active' | 'deactivated' | 'deleted' | 'purging';

/** What should have become of somebody, as a person would keep book of it. */
class Book {
  status: Status = 'active';
  company = 'Example';
  private cameFrom: 'active' | 'deactivated' = 'active';

  /** Writes down what is asked. @returns whether it should be refused */
  note(event: Event): 'taken' | 'refused' {
    switch (event.kind) {
      case 'mirrored':
        return 'taken';
      case 'purgeLater':
        return this.isThere() ? 'refused' : 'taken';
      case 'edit':
        if (!this.isThere()) return 'refused';
        this.company = event.company;
        return 'taken';
      case 'move':
        return this.noteMove(event.move);
    }
  }

  private noteMove(move: Move): 'taken' | 'refused' {
    const to = this.destination(move);
    if (to === null) return 'refused';
    if (to === 'deleted' && this.isThere()) this.cameFrom = this.status as 'active' | 'deactivated'; // isThere says so
    this.status = to;
    return 'taken';
  }

  private destination(move: Move): Status | null {
    if (this.isThere()) {
      if (move === 'purge') return null;
      if (move === 'restore') return this.status;
      return move === 'delete' ? 'deleted' : move === 'deactivate' ? 'deactivated' : 'active';
    }
    if (this.status === 'purging') return move === 'purge' ? 'purging' : null;
    if (move === 'restore') return this.cameFrom;
    if (move === 'purge') return 'purging';
    return move === 'delete' ? 'deleted' : null;
  }

  isThere(): boolean {
    return this.status === 'active' || this.status === 'deactivated';
  }
}

describe('whatever happens to somebody, in whatever order', () => {
  let stage: LifecycleStage;
  let hired = BYSTANDERS;
  const purged = new Set<string>();
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

  const send = (id: string, event: Exclude<Event, { kind: 'mirrored' }>) => {
    switch (event.kind) {
      case 'move':
        return stage.move(id, event.move);
      case 'purgeLater':
        return stage.move(id, 'purge', { notBefore: '2999-01-01T00:00:00Z' });
      case 'edit':
        return stage.ask('PATCH', `/users/${id}`, { company: event.company });
    }
  };

  /** One history, from a new hire to the last event. @returns the ids that the links recorded on the way */
  async function live(id: string, book: Book, history: readonly Event[]): Promise<Map<ProviderSlug, string>> {
    const accounts = new Map<ProviderSlug, string>();
    for (const event of history) {
      const expected = book.note(event);
      if (event.kind === 'mirrored') await settled(id);
      else {
        const { status } = await send(id, event);
        expect([event, status]).toEqual([event, expected === 'taken' ? 200 : 409]);
      }
    }
    if (book.status === 'purging') purged.add(id);
    await settled(id);
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
    const mayLack = !hadAccounts && book.status !== 'active';
    const allowed = [expectedAt(slug, book.status), ...(mayLack ? ['gone'] : [])];
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
  const links = answer.body['links'] as readonly { readonly standing: string; readonly owed: string[] }[];
  for (const { standing, owed } of links) {
    expect(['inSync', 'notEnforceable']).toContain(standing);
    expect(owed).toEqual([]);
  }
}

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import type { LoggedCall } from '../../apps/simulators/src/index.js';
import type { HeldAccount } from '../../scripts/demo/accounts.js';
import { importUsers, patchUser } from '#store';
import {
  openLifecycleStage,
  PROVIDER_SLUGS,
  type LifecycleStage,
  type ProviderSlug,
} from '../support/lifecycle-stage.js';
import { person, range } from '../support/people.js';
import { PEOPLE_AT_SCALE } from '../support/scale.js';

const PEOPLE = PEOPLE_AT_SCALE;
/** One in a hundred of each kind, at each provider, of people of their own. */
const DAMAGED = PEOPLE / 100;
/** Who was deactivated before, so that somebody can let them in again over there. */
const LEAVERS = PEOPLE / 50;

interface Target {
  readonly userId: string;
  readonly externalKey: string;
  readonly accountId: string;
  readonly email: string;
}

/** What was done to whom behind our back, and what a plan has to say of it. */
type Damage = 'edited' | 'removed' | 'reactivated';

/** How each provider can be edited, and told to let somebody in again. PROVIDERS.md 1.2, 2.2, 3.2, 4.2 */
const EDIT: Readonly<Record<ProviderSlug, object>> = {
  vault: { metadata: { user_name: 'Damaged' } },
  sunshine: { profile: { givenName: 'Damaged' } },
  passage: { phone: null },
  sendauth: { firstName: 'Damaged' },
};
const LET_IN: Readonly<Record<ProviderSlug, object | null>> = {
  vault: null, // nobody is shut out there
  sunshine: { op: 'patch', account: { metadata: { rollcallStatus: null } } },
  passage: { op: 'activate' },
  sendauth: { op: 'restore' },
};

describe(`${PEOPLE} people, damaged behind our back`, () => {
  let stage: LifecycleStage;
  /** By provider and user, what was done. */
  const damage = new Map<string, Damage>();
  /** By provider, what every account of ours held before. */
  const intact = new Map<ProviderSlug, ReadonlyMap<string, HeldAccount>>();
  /** Accounts that were put there beside ours, of nobody and second ones. */
  const strangers = new Map<ProviderSlug, Set<string>>();

  beforeAll(async () => {
    stage = await openLifecycleStage({ engine: { leaseMs: 60_000, batchSize: 1_000 } });
    const rows = range(PEOPLE).map((n) => ({
      ...person(n),
      phone: `+41446${String(n).padStart(6, '0')}`,
      status: n <= LEAVERS ? 'deactivated' : 'active',
    }));
    await enterAll(rows.map((row) => ({ ...row, status: 'active' })));
    await stage.mirror.converge(800_000);
    await enterAll(rows.slice(0, LEAVERS));
    await stage.mirror.converge(400_000);
  }, 900_000);
  afterAll(() => stage.close());

  async function enterAll(rows: readonly object[]): Promise<void> {
    const file = Readable.from(rows.map((row) => Buffer.from(`${JSON.stringify(row)}\n`)));
    const report = await importUsers(
      stage.mirror.roster,
      { actor: 'test', bytes: file },
      { format: 'ndjson' },
    );
    expect(report).toMatchObject({ failed: 0 });
  }

  async function targets(slug: ProviderSlug): Promise<Target[]> {
    return stage.mirror.database.sql(
      `SELECT l.user_id AS "userId", u.external_key AS "externalKey", l.account_id AS "accountId", u.email
       FROM links l JOIN users u ON u.id = l.user_id WHERE l.provider = $1 ORDER BY u.id`,
      [slug],
    );
  }

  function doDamage(slug: ProviderSlug, all: readonly Target[]): void {
    const { running } = stage.mirror.simulators;
    const note = (target: Target, what: Damage): void => {
      damage.set(`${slug} ${target.userId}`, what);
    };
    const letIn = LET_IN[slug];
    intact.set(slug, stage.held(slug));
    for (const target of letIn === null ? [] : all.slice(0, DAMAGED)) {
      running[slug].plant({ ...letIn, id: target.accountId });
      note(target, 'reactivated');
    }
    for (const target of all.slice(LEAVERS, LEAVERS + DAMAGED)) {
      running[slug].plant({ op: 'patch', id: target.accountId, account: EDIT[slug] });
      note(target, 'edited');
    }
    for (const target of all.slice(LEAVERS + DAMAGED, LEAVERS + 2 * DAMAGED)) {
      running[slug].plant({ op: 'remove', id: target.accountId });
      note(target, 'removed');
    }
    const before = new Set(stage.held(slug).keys());
    for (const n of range(DAMAGED)) {
      const email = `stranger.${n}@example.org`;
      running[slug].plant({ op: 'put', account: strangerAt(slug, n, email) });
    }
    // A second account of somebody. Vault has one for each key, and Sunshine shows nobody a second one.
    const doubled = all.slice(LEAVERS + 2 * DAMAGED, LEAVERS + 3 * DAMAGED);
    for (const { email } of slug === 'passage' || slug === 'sendauth' ? doubled : []) {
      running[slug].plant({ op: 'put', account: strangerAt(slug, 0, email) });
    }
    strangers.set(slug, new Set([...stage.held(slug).keys()].filter((id) => !before.has(id))));
  }

  /** Ordinary work that goes on meanwhile, of people whom nobody damaged. */
  async function editSomebody(all: readonly Target[], round: number): Promise<void> {
    for (const { userId } of all.slice(-200)) {
      await patchUser(stage.mirror.roster, 'test', { id: userId, patch: { company: `Company ${round}` } });
    }
  }

  /** A preview, with people edited and mirrored all the while. @returns the plan */
  async function preview(people: readonly Target[]): Promise<string> {
    const { body } = await stage.ask('POST', '/reconciliations', { mode: 'preview' });
    const runs = body['runs'] as readonly { readonly id: string; readonly requestId: string }[];
    const sweep = { isOver: false };
    const sweeping = stage.mirror.worker.takeRuns().finally(() => {
      sweep.isOver = true;
    });
    let round = 0;
    do {
      round += 1;
      await editSomebody(people, round);
      await stage.mirror.worker.pass();
    } while (!sweep.isOver);
    await sweeping;
    for (const { id } of runs) {
      expect((await stage.ask('GET', `/reconciliations/${id}`)).body).toMatchObject({ state: 'complete' });
    }
    await stage.mirror.converge();
    return String(runs[0]?.requestId);
  }

  /** Whose accounts were written, and how often, since these calls. */
  async function writtenSince(slug: ProviderSlug, since: number): Promise<ReadonlyMap<string, number>> {
    const owners = new Map((await targets(slug)).map(({ accountId, userId }) => [accountId, userId]));
    const written = new Map<string, number>();
    for (const { accountId, path } of mutating(slug, since)) {
      const owner = owners.get(accountId ?? '') ?? `nobody: ${path}`;
      written.set(owner, (written.get(owner) ?? 0) + 1);
    }
    return written;
  }

  /** What was damaged stands as it stood before, where it can be put right. */
  async function expectRepaired(slug: ProviderSlug, before: readonly Target[]): Promise<void> {
    const now = new Map((await targets(slug)).map(({ userId, accountId }) => [userId, accountId]));
    const held = stage.held(slug);
    for (const { userId, accountId } of before) {
      const what = damage.get(`${slug} ${userId}`);
      if (what === undefined) continue;
      const was = intact.get(slug)?.get(accountId);
      // Whoever lost their account at a provider that gives out the ids gets no other one unasked.
      const isGone = what === 'removed' && (slug === 'passage' || slug === 'sendauth');
      const is = held.get(now.get(userId) ?? '');
      expect([slug, what, is && lasting(is)]).toEqual([
        slug,
        what,
        isGone || !was ? undefined : lasting(was),
      ]);
    }
  }

  const steps = (plan: string) =>
    stage.mirror.database.sql<{ key: string; kinds: string; state: string }>(
      `SELECT provider || ' ' || user_id AS key, array_to_string(kinds, '+') AS kinds, state FROM plan_steps WHERE plan_id = $1`,
      [plan],
    );
  const mutating = (slug: ProviderSlug, since: number): LoggedCall[] =>
    [...stage.mirror.simulators.running[slug].log.since(since)].filter(({ method }) => method !== 'GET');
  const marks = (): Record<ProviderSlug, number> => ({
    vault: stage.mirror.simulators.running.vault.log.lastSeq,
    sunshine: stage.mirror.simulators.running.sunshine.log.lastSeq,
    passage: stage.mirror.simulators.running.passage.log.lastSeq,
    sendauth: stage.mirror.simulators.running.sendauth.log.lastSeq,
  });

  it('a preview names exactly that and writes nothing, an apply repairs it, and a second preview is empty', async () => {
    const byProvider = new Map<ProviderSlug, Target[]>();
    for (const slug of PROVIDER_SLUGS) byProvider.set(slug, await targets(slug));
    for (const slug of PROVIDER_SLUGS) doDamage(slug, byProvider.get(slug) ?? []);
    const people = byProvider.get('vault') ?? [];

    const before = marks();
    const plan = await preview(people);
    const edited = new Set(people.slice(-200).map(({ userId }) => userId));
    for (const slug of PROVIDER_SLUGS) {
      // The edits that went on meanwhile were mirrored; nothing else was written.
      const written = await writtenSince(slug, before[slug]);
      expect([slug, [...written.keys()].filter((userId) => !edited.has(userId))]).toEqual([slug, []]);
    }
    const proposed = await steps(plan);
    expect(new Set(proposed.map(({ key }) => key))).toEqual(new Set(damage.keys()));
    await findingsAre(strangers);

    for (const verb of ['approve', 'apply']) {
      expect((await stage.ask('POST', `/plans/${plan}/${verb}`)).status).toBeLessThan(300);
    }
    const applied = marks();
    await editSomebody(people, 2);
    await stage.mirror.converge(400_000);
    await stage.mirror.worker.pass();
    const after = await steps(plan);
    expect(after.filter(({ state }) => state !== 'applied')).toEqual([]);
    for (const slug of PROVIDER_SLUGS) {
      const permitted = new Map(
        after
          .filter(({ key }) => key.startsWith(`${slug} `))
          .map(({ key, kinds }) => [key.slice(slug.length + 1), kinds]),
      );
      const written = await writtenSince(slug, applied[slug]);
      for (const [userId, calls] of written) {
        if (edited.has(userId)) continue;
        const kinds = permitted.get(userId) ?? 'nothing';
        // A step is a call, or two where tokens are revoked or tags are set.
        expect([slug, userId, kinds, calls <= 2 * kinds.split('+').length]).toEqual([
          slug,
          userId,
          kinds,
          true,
        ]);
        expect([slug, userId, kinds]).not.toEqual([slug, userId, 'nothing']);
      }
      await expectRepaired(slug, byProvider.get(slug) ?? []);
      const held = stage.held(slug);
      expect([...(strangers.get(slug) ?? [])].filter((id) => !held.has(id))).toEqual([]);
    }

    const second = await preview(people);
    expect(await steps(second)).toEqual([]);
    const looked = await stage.ask('GET', '/reconciliations?limit=4');
    // Whoever could not be compared was being edited, and nobody else.
    for (const { counts } of looked.body['runs'] as { counts: Readonly<Record<string, number>> }[])
      expect(counts['underWay'] ?? 0).toBeLessThanOrEqual(edited.size);
  }, 900_000);

  async function findingsAre(expected: ReadonlyMap<ProviderSlug, ReadonlySet<string>>): Promise<void> {
    for (const slug of PROVIDER_SLUGS) {
      const rows = await stage.mirror.database.sql<{ account_id: string; kind: string }>(
        `SELECT account_id, kind FROM findings WHERE provider = $1 AND state = 'open'`,
        [slug],
      );
      // Sunshine cannot be listed: nobody is known there but ours.
      const wanted = slug === 'sunshine' ? [] : [...(expected.get(slug) ?? [])];
      const found = rows.filter(({ kind }) => kind !== 'not_enforceable').map((row) => row.account_id);
      expect([slug, found.toSorted()]).toEqual([slug, wanted.toSorted()]);
      // Nobody can be shut out at Vault, and a person should know of each.
      expect([slug, rows.length - found.length]).toEqual([slug, slug === 'vault' ? LEAVERS : 0]);
    }
  }
});

const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** What an account holds but for its id and the times at which it was written. */
function lasting({ state, attributes }: HeldAccount): object {
  const held = Object.entries(attributes).filter(
    ([path, value]) => path !== 'id' && !(typeof value === 'string' && TIME.test(value)),
  );
  return { state, attributes: Object.fromEntries(held) };
}

function strangerAt(slug: ProviderSlug, n: number, email: string): object {
  switch (slug) {
    case 'vault':
      return { consumer_id: `stranger-${n}`, metadata: { email } };
    case 'sunshine':
      return { externalId: `stranger-${n}`, profile: { email } };
    case 'passage':
      return { email };
    case 'sendauth':
      return { firstName: 'Some', lastName: 'Stranger', email };
  }
}

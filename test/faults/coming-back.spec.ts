import { afterEach, describe, expect, it } from '@jest/globals';
import {
  openLifecycleStage,
  PROVIDER_SLUGS,
  type LifecycleStage,
  type Move,
  type ProviderSlug,
} from '../support/lifecycle-stage.js';
import { doubtEverything, linkOf } from '../support/mirror.js';
import { person, range } from '../support/people.js';

/** What a return is said to come to at one provider. */
interface Line {
  readonly outcome: string;
  readonly loses: readonly string[];
  readonly certain: boolean;
  readonly because?: string;
}

/** The two ways out, each with its way back. */
const WAYS = [
  ['delete', 'restore', 'restored'],
  ['deactivate', 'reactivate', 'reactivated'],
] as const satisfies readonly (readonly [Move, Move, string])[];

/** Where an account that is gone is made anew unasked, and where it is not. Written down apart from the capabilities. */
const RECREATING = ['vault', 'sunshine'] as const;
const PARKING = ['passage', 'sendauth'] as const;
const LOST: Readonly<Record<ProviderSlug, readonly string[]>> = {
  vault: ['connections', 'stored credentials'],
  sunshine: ['clients', 'conversations'],
  passage: ['passkeys', 'social connections'],
  sendauth: ['passkeys', 'tags', 'role and permissions'],
};
const CREATE_PATH = { passage: '/users$', sendauth: '/users$' } as const;
const BYSTANDERS = 3;
const EMAIL = person(1).email ?? '';

let stage: LifecycleStage;
let id: string;
afterEach(() => stage.close());

/** Somebody who is in step everywhere, among others who are. */
async function enter(): Promise<void> {
  stage = await openLifecycleStage();
  const ids: string[] = [];
  for (const n of range(1 + BYSTANDERS))
    ids.push(String((await stage.ask('POST', '/users', person(n))).body['id']));
  [id = ''] = ids;
  await stage.mirror.converge();
}

async function move(verb: Move, json?: object): Promise<Readonly<Record<string, Line>>> {
  const { status, body } = await stage.move(id, verb, json);
  expect([verb, status, body['id']]).toEqual([verb, 200, id]);
  // What the answer holds is described by the API; only a way back answers with accounts.
  const lines = (body['accounts'] ?? []) as readonly (Line & { readonly provider: string })[];
  return Object.fromEntries(lines.map(({ provider, ...line }) => [provider, line]));
}

async function links(): Promise<Readonly<Record<string, unknown>>> {
  const { body } = await stage.ask('GET', `/users/${id}/links`);
  const all = body['links'] as readonly { readonly provider: string }[]; // described by the API
  return Object.fromEntries(all.map((link) => [link.provider, link]));
}

async function accountId(slug: ProviderSlug): Promise<string> {
  return String((await linkOf(stage.mirror.database, id, slug))['account_id']);
}

async function removeBehindOurBack(...slugs: readonly ProviderSlug[]): Promise<void> {
  for (const slug of slugs)
    stage.mirror.simulators.providers[slug].plant({ op: 'remove', id: await accountId(slug) });
}

/** Every account of the person that a provider holds, by the email that nobody else of the roster has. */
function accounts(slug: ProviderSlug): string[] {
  return [...stage.held(slug).values()]
    .filter(({ attributes }) => Object.values(attributes).includes(EMAIL))
    .map((account) => account.accountId);
}

const creates = (slug: keyof typeof CREATE_PATH): number =>
  [...stage.mirror.simulators.running[slug].log.since(0)].filter(
    ({ method, path }) => method === 'POST' && new RegExp(CREATE_PATH[slug]).test(path),
  ).length;

const PARKED = {
  standing: 'parked',
  parked: { code: 'gone_at_provider', rule: expect.stringContaining('"recreate": true') },
};

describe.each(WAYS)('P13: after %s, a %s', (out, back, word) => {
  it('says what came back and what was lost on the way, and the accounts are the same', async () => {
    await enter();
    const before = await stage.accountIds();
    await move(out);
    await stage.mirror.converge();
    const told = await move(back);
    expect(told).toEqual({
      vault: { outcome: word, loses: [], certain: true },
      sunshine: { outcome: 'reactivated', loses: [], certain: true },
      passage: { outcome: 'reactivated', loses: ['sessions'], certain: true },
      sendauth: { outcome: 'restored', loses: [], certain: true },
    });
    await stage.mirror.converge();
    expect(await stage.accountIds()).toEqual(before);
    for (const slug of PROVIDER_SLUGS) expect(accounts(slug)).toHaveLength(1);
  });

  it('D12: of an account that is gone makes a new one only where nothing of worth is lost, or it is asked for', async () => {
    await enter();
    await removeBehindOurBack(...PROVIDER_SLUGS);
    await move(out);
    // Vault is not called for somebody who leaves, so nothing there would show it.
    await doubtEverything(stage.mirror.database);
    await stage.mirror.converge();

    const told = await move(back);
    for (const slug of RECREATING)
      expect(told[slug]).toEqual({ outcome: 'recreated', loses: LOST[slug], certain: true });
    for (const slug of PARKING) {
      const because = expect.stringContaining('"recreate": true');
      expect(told[slug]).toEqual({ outcome: 'impossible', loses: LOST[slug], certain: true, because });
    }
    await stage.mirror.converge();
    for (const slug of RECREATING) expect(accounts(slug)).toEqual([await accountId(slug)]);
    for (const slug of PARKING) {
      expect(accounts(slug)).toEqual([]);
      expect((await links())[slug]).toMatchObject(PARKED);
    }

    // The person is active already: the request gives the permission alone.
    const again = await move(back, { recreate: true });
    for (const slug of PARKING)
      expect(again[slug]).toEqual({ outcome: 'recreated', loses: LOST[slug], certain: true });
    await stage.mirror.converge();
    const made = Object.fromEntries(PARKING.map((slug) => [slug, accounts(slug)]));
    for (const slug of PARKING) {
      expect(made[slug]).toEqual([await accountId(slug)]);
      expect((await links())[slug]).toMatchObject({ standing: 'inSync', parked: null });
    }

    const counts = PARKING.map(creates);
    const third = await move(back, { recreate: true });
    for (const slug of PARKING) expect(third[slug]).toMatchObject({ outcome: word, loses: [] });
    await stage.mirror.converge();
    for (const slug of PARKING) expect(accounts(slug)).toEqual(made[slug]);
    expect(PARKING.map(creates)).toEqual(counts);

    await removeBehindOurBack(...PARKING);
    await doubtEverything(stage.mirror.database);
    await stage.mirror.converge();
    for (const slug of PARKING) {
      expect(accounts(slug)).toEqual([]);
      expect((await links())[slug]).toMatchObject(PARKED);
    }
  });

  it('with the permission in the request itself makes exactly one new account', async () => {
    await enter();
    await removeBehindOurBack(...PARKING);
    await move(out);
    await stage.mirror.converge();
    const told = await move(back, { recreate: true });
    for (const slug of PARKING) expect(told[slug]).toMatchObject({ outcome: 'recreated', certain: true });
    await stage.mirror.converge();
    for (const slug of PARKING) expect(accounts(slug)).toEqual([await accountId(slug)]);
    const [entry] = await stage.mirror.database.sql(
      `SELECT actor, detail FROM audit WHERE action = 'user.allowRecreation' AND user_id = $1`,
      [id],
    );
    expect(entry).toMatchObject({ detail: { verb: back } });
  });
});

describe('an account that was gone and is brought back over there', () => {
  it.each([
    ['is found by the next edit', () => stage.ask('PATCH', `/users/${id}`, { company: 'Other' })],
    ['is found and not replaced by who asks for a new one', () => move('reactivate', { recreate: true })],
  ])('%s', async (_, act) => {
    await enter();
    const { passage } = stage.mirror.simulators.providers;
    const before = await accountId('passage');
    await removeBehindOurBack('passage');
    await doubtEverything(stage.mirror.database);
    await stage.mirror.converge();
    expect((await links())['passage']).toMatchObject(PARKED);
    passage.plant({ op: 'put', account: { id: before, email: EMAIL } });
    const made = creates('passage');
    await act();
    await stage.mirror.converge();
    expect([accounts('passage'), creates('passage')]).toEqual([[before], made]);
    expect((await links())['passage']).toMatchObject({ standing: 'inSync', parked: null });
  });
});

describe('a permission for a new account', () => {
  it('is taken back by the next change of status, unused', async () => {
    await enter();
    await removeBehindOurBack(...PARKING);
    await move('deactivate');
    await stage.mirror.converge();
    await move('reactivate', { recreate: true });
    await move('deactivate');
    await move('reactivate');
    await stage.mirror.converge();
    for (const slug of PARKING) {
      expect(accounts(slug)).toEqual([]);
      expect((await links())[slug]).toMatchObject(PARKED);
    }
  });

  it('P12: asked for many times at once, with several workers, makes one account', async () => {
    await enter();
    await removeBehindOurBack(...PARKING);
    await move('deactivate');
    await stage.mirror.converge();
    const crew = [stage.mirror.worker, stage.mirror.hire(), stage.mirror.hire()];
    await Promise.all([
      ...range(6).map(() => move('reactivate', { recreate: true })),
      ...crew.map((worker) => worker.pass(300)),
    ]);
    await stage.mirror.converge();
    for (const slug of PARKING) expect(accounts(slug)).toEqual([await accountId(slug)]);
    expect(PARKING.map(creates)).toEqual([2 + BYSTANDERS, 2 + BYSTANDERS]);
  });

  it('finds out by itself that the account is gone, although nobody knew', async () => {
    await enter();
    await removeBehindOurBack(...PARKING);
    await move('reactivate', { recreate: true });
    await stage.mirror.converge();
    for (const slug of PARKING) expect(accounts(slug)).toEqual([await accountId(slug)]);
  });

  it('is of no use to somebody who stays deactivated', async () => {
    await enter();
    await removeBehindOurBack(...PARKING);
    await move('deactivate');
    await move('delete');
    await stage.mirror.converge();
    const told = await move('restore', { recreate: true });
    for (const slug of PARKING)
      expect(told[slug]).toMatchObject({ outcome: 'impossible', loses: LOST[slug] });
    await stage.mirror.converge();
    const later = await move('reactivate');
    for (const slug of PARKING) expect(later[slug]).toMatchObject({ outcome: 'impossible' });
    await stage.mirror.converge();
    for (const slug of PARKING) expect(accounts(slug)).toEqual([]);
  });

  it.each(['before', 'after'] as const)(
    'H20: ends with one account when the answer to its create is lost %s it was made',
    async (drop) => {
      await enter();
      await removeBehindOurBack(...PARKING);
      await move('deactivate');
      await stage.mirror.converge();
      for (const slug of PARKING)
        stage.mirror.simulators.faults(slug, { match: { method: 'POST', path: CREATE_PATH[slug] }, drop });
      await move('reactivate', { recreate: true });
      await stage.mirror.converge();
      for (const slug of PARKING) {
        expect(accounts(slug)).toEqual([await accountId(slug)]);
        const { duplicates } = stage.mirror.simulators.running[slug].summary();
        expect([slug, Object.values(duplicates).filter((count) => count > 0)]).toEqual([slug, []]);
      }
      // Twice where the first never arrived, and never more.
      const sent = 1 + BYSTANDERS + (drop === 'before' ? 2 : 1);
      expect(PARKING.map(creates)).toEqual([sent, sent]);
    },
  );

  it.each(['answered', 'lost'] as const)(
    'D12: never takes over or overwrites a stranger who has the email by now, the create being %s',
    async (answer) => {
      await enter();
      await removeBehindOurBack(...PARKING);
      const { passage, sendauth } = stage.mirror.simulators.providers;
      passage.plant({ op: 'put', account: { id: 'stranger', email: EMAIL } });
      sendauth.plant({ op: 'put', account: { firstName: 'Some', lastName: 'Stranger', email: EMAIL } });
      const before = PARKING.map((slug) => [...stage.held(slug).values()]);
      if (answer === 'lost')
        for (const slug of PARKING)
          stage.mirror.simulators.faults(slug, { match: { method: 'POST' }, drop: 'before' });
      await move('reactivate', { recreate: true });
      await stage.mirror.converge();
      for (const slug of PARKING)
        expect((await links())[slug]).toMatchObject({
          parked: { code: 'identifier_taken', attribute: 'email' },
        });
      expect(PARKING.map((slug) => [...stage.held(slug).values()])).toEqual(before);
      expect(PARKING.map(creates)).toEqual([1 + BYSTANDERS, 1 + BYSTANDERS]);

      const told = await move('reactivate', { recreate: true });
      for (const slug of PARKING)
        expect(told[slug]).toMatchObject({
          outcome: 'impossible',
          because: expect.stringContaining('identifier_taken(email)'),
        });
    },
  );

  it('is held like any other new account where the budget for creates has no room', async () => {
    stage = await openLifecycleStage({
      engine: {
        allowances: {
          suspend: { atLeast: 0, percent: 100 },
          remove: { atLeast: 0, percent: 100 },
          overwrite: { atLeast: 0, percent: 100 },
          create: { atLeast: 0, percent: 0 },
        },
      },
    });
    const ids: string[] = [];
    for (const n of range(4)) ids.push(String((await stage.ask('POST', '/users', person(n))).body['id']));
    [id = ''] = ids;
    await stage.mirror.converge();
    await stage.mirror.database.sql(`UPDATE links SET created_at = now() - interval '1 hour'`);
    await stage.mirror.worker.pass();
    await removeBehindOurBack(...PARKING);
    await move('reactivate', { recreate: true });
    await stage.mirror.converge();
    for (const slug of PARKING) {
      expect(accounts(slug)).toEqual([]);
      expect((await links())[slug]).toMatchObject({ standing: 'held', hold: { class: 'create' } });
    }
  });
});

import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { contextOf } from '#http';
import {
  ProviderError,
  type AccountTarget,
  type IdentityProvider,
  type NativeAttributes,
  type ProviderStep,
} from '#identity-provider';
import { NO_ATTRIBUTES, OBSERVED_STATES, OWED_EFFECTS } from '#domain';
import { plan, type PlanInput } from '#reconciler';
import { changeStatus, importUsers, patchUser, purgeUser, type Roster } from '#store';
import { destructiveCalls, PROVIDER_SLUGS, type ProviderSlug } from '../support/lifecycle-stage.js';
import { PROFILES } from '../support/lowerings.js';
import { linkOf, openMirror, type Mirror } from '../support/mirror.js';
import { enter, only, person } from '../support/people.js';
import { startPassage, startSendauth, startSunshine, startVault } from '../support/simulated-kinds.js';
import { until } from '../support/until.js';

const LOST_UUID = '018f0000-0000-7000-8000-000000000000';

describe('P8: the plan', () => {
  it.each(PROFILES)(
    'destroys for the purged alone, in every cell: %s',
    (_name, { capabilities, lowering }) => {
      const debts = [[], ...OWED_EFFECTS.map((effect) => [effect]), [...OWED_EFFECTS]];
      let cells = 0;
      for (const status of ['active', 'deactivated', 'deleted', 'purged'] as const)
        for (const state of OBSERVED_STATES)
          for (const owed of debts)
            for (const flags of Array(16).keys()) {
              const violations = (flags & 4) === 0 ? [] : [{ attribute: 'email', rule: 'is wrong' }];
              const input: PlanInput = {
                status,
                target: lowering[status],
                desired: {
                  attributes: { a: 'x' },
                  lookupKeys: [{ kind: 'email', value: 'a' }],
                  tags: { t: '' },
                  violations,
                },
                observed: {
                  state,
                  marker: null,
                  attributes: state === 'absent' ? null : { a: 'y' },
                  tags: null,
                },
                owed,
                hadAccount: (flags & 1) !== 0,
                mayRecreate: (flags & 8) !== 0,
                isErasure: (flags & 2) === 0,
                purgeAccepted: (flags & 2) !== 0,
                capabilities,
              };
              const destroys = plan(input).steps.some(({ kind }) => kind === 'purge');
              const mayDestroy = status === 'purged' && state !== 'absent' && !input.purgeAccepted;
              expect([status, state, flags, destroys]).toEqual([status, state, flags, mayDestroy]);
              cells += 1;
            }
      expect(cells).toBe(4 * OBSERVED_STATES.length * (OWED_EFFECTS.length + 2) * 16);
    },
  );
});

const SERVICES = {
  vault: startVault,
  sunshine: startSunshine,
  passage: startPassage,
  sendauth: startSendauth,
};
type Service = Awaited<ReturnType<(typeof SERVICES)[ProviderSlug]>>;

/** Everything that can be asked of an adapter, but for the one thing. */
function harmlessSteps(attributes: NativeAttributes): ProviderStep[] {
  return [
    { kind: 'update', attributes, changed: Object.keys(attributes) },
    { kind: 'suspend', marker: 'deactivated', attributes },
    { kind: 'suspend', marker: 'deleted', attributes },
    { kind: 'softDelete' },
    { kind: 'update', attributes, changed: [] },
    { kind: 'softDelete' },
    { kind: 'restore' },
    { kind: 'reactivate', attributes },
    ...OWED_EFFECTS.map((effect): ProviderStep => ({ kind: 'discharge', effect, tags: { team: 'red' } })),
    { kind: 'softDelete' },
  ];
}

describe.each(PROVIDER_SLUGS)('P8: the adapter of %s', (slug) => {
  let service: Service;
  let provider: IdentityProvider;
  let hired = 0;
  beforeAll(async () => {
    service = await SERVICES[slug]();
    provider = service.build();
  });
  afterAll(() => service.close());

  const destroyed = (): string[] =>
    destructiveCalls(slug, service.running.log.since(0)).map(({ accountId }) => accountId);

  async function hire(): Promise<{ readonly target: AccountTarget; readonly attributes: NativeAttributes }> {
    hired += 1;
    const remoteKey = `hr-${hired}`;
    const { attributes } = provider.normalize({
      status: 'active',
      attributes: {
        ...NO_ATTRIBUTES,
        email: `person.${hired}@example.com`,
        givenName: 'Given',
        familyName: `Family ${hired}`,
      },
      remoteKey,
    });
    const made = await provider.apply(
      { kind: 'provision', attributes },
      { accountId: null, remoteKey },
      contextOf(),
    );
    return { target: { accountId: made.accountId ?? remoteKey, remoteKey }, attributes };
  }

  /** What a provider cannot do it refuses; only what was called is judged here. */
  async function attempt(step: ProviderStep, target: AccountTarget): Promise<void> {
    await provider.apply(step, target, contextOf()).catch((error: unknown) => {
      if (!(error instanceof ProviderError)) throw error;
    });
  }

  it('destroys nothing by any step but a purge, in whatever order', async () => {
    const { target, attributes } = await hire();
    const steps = harmlessSteps(attributes);
    for (const step of [...steps, ...steps.toReversed()]) await attempt(step, target);
    expect(destroyed()).toEqual([]);
    expect((await provider.get(target, contextOf())).state).not.toBe('absent');
  });

  it('destroys by a purge the account that is recorded, and nobody beside it', async () => {
    const [leaver, colleague] = [await hire(), await hire()];
    await provider.apply({ kind: 'purge' }, leaver.target, contextOf());
    expect(destroyed()).toEqual([leaver.target.accountId]);
    expect((await provider.get(colleague.target, contextOf())).state).toBe('live');
  });
});

describe('P8: the deleted users of SendAuth', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startSendauth();
  });
  afterAll(() => service.close());

  const steps: readonly ProviderStep[] = [
    { kind: 'purge' },
    { kind: 'restore' },
    { kind: 'softDelete' },
    { kind: 'update', attributes: { firstName: 'Ann' }, changed: ['firstName'] },
    { kind: 'discharge', effect: 'setTags', tags: {} },
  ];
  const wrongIds = fc.oneof(
    fc.constantFrom('deleted', 'DELETED', 'Deleted ', '%64eleted', 'deleted/', '', '.', '..', '/', '?', '#'),
    fc.constantFrom('deleted', '..', '.', '').map((text) => `${text}/${LOST_UUID}`),
    fc.constantFrom('deleted', '..', '/', ' ', '\n', '?x', '#x').map((text) => `${LOST_UUID}${text}`),
    fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => !/^[0-9a-f-]{36}$/i.test(text)),
  );

  it('are never addressed by what stands where an id should: nothing is sent at all', async () => {
    const provider = service.build();
    await fc.assert(
      fc.asyncProperty(wrongIds, fc.constantFrom(...steps), async (accountId, step) => {
        const target = { accountId, remoteKey: 'hr-1' };
        await expect(provider.apply(step, target, contextOf())).rejects.toMatchObject({ kind: 'invalid' });
        await expect(provider.get(target, contextOf())).rejects.toMatchObject({ kind: 'invalid' });
      }),
      { numRuns: 300 },
    );
    expect(service.running.log.counts.total).toBe(0);
  });
});

describe('P8: a purge', () => {
  let mirror: Mirror;
  afterEach(() => mirror.close());

  const leave = async (id: string): Promise<void> => {
    await changeStatus(mirror.roster, 'test', { id, verb: 'delete' });
    await purgeUser(mirror.roster, 'test', { id, now: new Date() });
  };

  it.each(PROVIDER_SLUGS)('is on record with the account before %s is called', async (slug) => {
    mirror = await openMirror({ providers: [slug] });
    const { id } = only(await enter(mirror.roster, [person(1)]));
    await mirror.converge();
    const { account_id: accountId } = await linkOf(mirror.database, id, slug);
    mirror.simulators.faults(slug, { match: { method: 'DELETE' }, times: 'always', latencyMs: 400 });
    await leave(id);
    const working = mirror.worker.pass();
    await until(() => mirror.simulators.running[slug].faults.some(({ hits }) => hits > 0));
    const intents = await mirror.database.sql(
      'SELECT kind, account_id, outcome FROM intents WHERE user_id = $1',
      [id],
    );
    await working;

    expect(intents).toEqual([{ kind: 'purge', account_id: accountId, outcome: null }]);
    mirror.simulators.running[slug].clearFaults();
    await mirror.converge();
  });

  it('D03: takes the account that was recorded, not the next one with the same key or email', async () => {
    mirror = await openMirror({});
    mirror.simulators.providers.sendauth.behaviour.merge({ softDeletedBlocksEmail: false });
    const leaver = only(await enter(mirror.roster, [person(1)]));
    await mirror.converge();
    await changeStatus(mirror.roster, 'test', { id: leaver.id, verb: 'delete' });
    await mirror.converge();
    // Somebody removes the leaver's user over there and makes another one under the same key.
    const { account_id: former } = await linkOf(mirror.database, leaver.id, 'sunshine');
    mirror.simulators.providers.sunshine.plant({ op: 'remove', id: String(former) });
    mirror.simulators.providers.sunshine.plant({ op: 'put', account: { externalId: 'hr-1' } });
    // And a new hire gets the leaver's address, which at Passage has to be let go of first.
    const { account_id: passageId } = await linkOf(mirror.database, leaver.id, 'passage');
    mirror.simulators.providers.passage.plant({
      op: 'patch',
      id: String(passageId),
      account: { email: 'old@example.com' },
    });
    const hire = only(await enter(mirror.roster, [person(2, { email: leaver.email })]));
    await mirror.converge();
    await purgeUser(mirror.roster, 'test', { id: leaver.id, now: new Date() });
    await mirror.converge();

    for (const slug of ['vault', 'passage', 'sendauth'] as const) {
      expect(await linkOf(mirror.database, hire.id, slug)).toMatchObject({
        observed_state: 'live',
        park_code: null,
      });
      expect(mirror.accounts(slug).filter(({ state }) => state === 'live')).toHaveLength(1);
    }
    const left = mirror.accounts('sunshine').filter(({ state }) => state === 'live');
    expect(left.map(({ externalId }) => externalId).toSorted()).toEqual(['hr-1', 'hr-2']);
  });

  it('of somebody whose account is found under our key at last is sent once, however long it takes', async () => {
    mirror = await openMirror({ providers: ['sunshine'] });
    mirror.simulators.providers.sunshine.behaviour.merge({ deletionDelayMs: 1_500 });
    mirror.simulators.providers.sunshine.plant({ op: 'put', account: { externalId: 'hr-1' } });
    await leave(await enterFormer(mirror.roster));
    await mirror.converge();

    expect(mirror.accounts('sunshine').filter(({ state }) => state === 'live')).toEqual([]);
    expect(destructiveCalls('sunshine', mirror.simulators.running.sunshine.log.since(0))).toHaveLength(1);
  });

  it('of somebody who was edited last goes on to the account that the link records', async () => {
    mirror = await openMirror({});
    const [leaver, colleague] = await enter(mirror.roster, [person(1), person(2)]);
    if (leaver === undefined || colleague === undefined) throw new Error('two people were entered');
    await mirror.converge();
    // Not mirrored any more: the roster's email of the leaver is by now that of a colleague's account.
    await patchUser(mirror.roster, 'test', { id: leaver.id, patch: { email: colleague.email, phone: null } });
    await leave(leaver.id);
    await mirror.converge();

    for (const slug of PROVIDER_SLUGS) {
      expect([slug, mirror.accounts(slug).filter(({ state }) => state === 'live').length]).toEqual([slug, 1]);
      expect(await linkOf(mirror.database, colleague.id, slug)).toMatchObject({ observed_state: 'live' });
    }
  });
});

/** Enters somebody who had left before we came. */
async function enterFormer(roster: Roster): Promise<string> {
  // eslint-disable-next-line @typescript-eslint/require-await -- an import reads asynchronously
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(JSON.stringify({ ...person(1), status: 'deactivated' }));
  }
  await importUsers(roster, { actor: 'test', bytes: bytes() }, { format: 'ndjson' });
  return only(await roster.database.sql<{ id: string }>('SELECT id FROM users')).id;
}

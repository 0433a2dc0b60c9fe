import { afterEach, describe, expect, it } from '@jest/globals';
import {
  destructiveCalls,
  openLifecycleStage,
  PROVIDER_SLUGS,
  type LifecycleStage,
  type ProviderSlug,
} from '../support/lifecycle-stage.js';
import { person, range } from '../support/people.js';

const RULE = 'tags.team=red,green';
const BYSTANDERS = 20;

/** What the accounts of somebody out of scope look like, by what the policy makes of a deactivated user. */
const OUT_OF_SCOPE = {
  closed: { vault: 'live', sunshine: 'deactivated', passage: 'suspended', sendauth: 'softDeleted' },
  live: { vault: 'live', sunshine: 'live', passage: 'live', sendauth: 'live' },
} as const;
const IN_SCOPE = { vault: 'live', sunshine: 'live', passage: 'live', sendauth: 'live' };

/** What people gather over there, and no call of ours could bring back. */
const BELONGINGS: Readonly<Record<ProviderSlug, Readonly<Record<string, unknown>>>> = {
  vault: { connections: [{ service_id: 'x' }] },
  sunshine: { metadata: { loyalty: 'gold' } },
  passage: { webauthn_devices: [{ id: 'd1', cred_id: 'c1', friendly_name: 'Laptop', usage_count: 3 }] },
  sendauth: { hasPasskeys: true },
};

describe('leaving the scope of every provider and coming back', () => {
  let stage: LifecycleStage;
  afterEach(() => stage.close());

  async function open(policy: 'closed' | 'live'): Promise<string> {
    const environment: Record<string, string> = {};
    for (const slug of PROVIDER_SLUGS) environment[`${slug.toUpperCase()}_ASSIGN`] = RULE;
    if (policy === 'live') {
      for (const slug of ['SUNSHINE', 'PASSAGE', 'SENDAUTH']) environment[`${slug}_ON_DEACTIVATED`] = 'live';
    }
    stage = await openLifecycleStage({ environment });
    for (const n of range(BYSTANDERS, 2)) await enter(n, 'green');
    const id = await enter(1, 'red');
    await stage.mirror.converge();
    const accounts = await stage.accountIds();
    for (const slug of PROVIDER_SLUGS) {
      const account = BELONGINGS[slug];
      stage.mirror.simulators.providers[slug].plant({
        op: 'patch',
        id: accounts[slug].get(id) ?? '',
        account,
      });
    }
    return id;
  }

  async function enter(n: number, team: string): Promise<string> {
    const answer = await stage.ask('POST', '/users', person(n, { tags: { team } }));
    expect(answer.status).toBe(201);
    return String(answer.body['id']);
  }

  async function edit(id: string, change: object): Promise<void> {
    expect((await stage.ask('PATCH', `/users/${id}`, change)).status).toBe(200);
    await stage.mirror.converge();
  }

  /** The one person's account at each provider, as the provider shows it. */
  async function raw(id: string): Promise<Record<ProviderSlug, Readonly<Record<string, unknown>>>> {
    const accounts = await stage.accountIds();
    const at = (slug: ProviderSlug) => {
      const field = slug === 'vault' ? 'consumer_id' : 'id';
      return stage.mirror.accounts(slug).find((one) => one[field] === accounts[slug].get(id)) ?? {};
    };
    return { vault: at('vault'), sunshine: at('sunshine'), passage: at('passage'), sendauth: at('sendauth') };
  }

  async function shown(id: string): Promise<Record<string, string>> {
    const accounts = await stage.accountIds();
    return Object.fromEntries(
      PROVIDER_SLUGS.map((slug) => {
        const held = stage.held(slug).get(accounts[slug].get(id) ?? '');
        return [slug, held?.marker ?? held?.state ?? 'gone'];
      }),
    );
  }

  async function assignmentsOf(id: string): Promise<unknown[]> {
    const { body } = await stage.ask('GET', `/users/${id}/links`);
    const links = body['links'] as { assigned: boolean; assignedBy: string; standing: string }[]; // as /docs says
    return links.map(({ assigned, assignedBy }) => `${assignedBy}: ${assigned ? 'in' : 'out'}`);
  }

  function nothingWasMadeOrDestroyed(): void {
    for (const slug of PROVIDER_SLUGS) {
      expect([slug, stage.held(slug).size]).toEqual([slug, BYSTANDERS + 1]);
      expect(destructiveCalls(slug, stage.mirror.simulators.running[slug].log.since(0)).length).toBe(0);
    }
  }

  function belongings(accounts: Awaited<ReturnType<typeof raw>>): void {
    expect(accounts.vault['connections']).toMatchObject([{ id: 'x+hr-1' }]);
    expect(accounts.sunshine['metadata']).toMatchObject({ loyalty: 'gold' });
    expect(accounts.passage['webauthn_devices']).toMatchObject([{ id: 'd1', friendly_name: 'Laptop' }]);
    expect(accounts.sendauth).toMatchObject({ hasPasskeys: true });
  }

  it.each(['closed', 'live'] as const)(
    'loses nothing at any provider by an edit, where a deactivated user is %s',
    async (policy) => {
      const id = await open(policy);
      const before = await stage.accountIds();
      expect(await shown(id)).toEqual(IN_SCOPE);
      belongings(await raw(id));

      await edit(id, { tags: { team: 'blue' } });
      expect(await shown(id)).toEqual(OUT_OF_SCOPE[policy]);
      expect(await assignmentsOf(id)).toEqual(Array(4).fill('rule: out'));
      await edit(id, { company: 'Later' });
      expect(await shown(id)).toEqual(OUT_OF_SCOPE[policy]);

      await edit(id, { tags: { team: 'red' } });
      expect(await shown(id)).toEqual(IN_SCOPE);
      expect(await assignmentsOf(id)).toEqual(Array(4).fill('rule: in'));
      expect(await stage.accountIds()).toEqual(before);
      const after = await raw(id);
      belongings(after);
      expect(after.sendauth).toMatchObject({ company: { name: 'Later' }, tags: { team: 'red' } });
      nothingWasMadeOrDestroyed();
    },
  );

  it('loses nothing by an override either, which outlives edits and changes of status', async () => {
    const id = await open('closed');
    const before = await stage.accountIds();
    for (const slug of PROVIDER_SLUGS) {
      const path = `/users/${id}/providers/${slug}/assignment`;
      const { status, body } = await stage.ask('PUT', path, { assigned: false, reason: 'on leave' });
      expect([status, body['assigned'], body['assignedBy']]).toEqual([200, false, 'override']);
    }
    await stage.mirror.converge();
    expect(await shown(id)).toEqual(OUT_OF_SCOPE.closed);
    await edit(id, { company: 'Later' });
    await stage.move(id, 'deactivate');
    await stage.mirror.converge();
    await stage.move(id, 'reactivate');
    await stage.mirror.converge();
    expect(await shown(id)).toEqual(OUT_OF_SCOPE.closed);

    for (const slug of PROVIDER_SLUGS) await stage.ask('DELETE', `/users/${id}/providers/${slug}/assignment`);
    await stage.mirror.converge();
    expect(await shown(id)).toEqual(IN_SCOPE);
    expect(await assignmentsOf(id)).toEqual(Array(4).fill('rule: in'));
    expect(await stage.accountIds()).toEqual(before);
    belongings(await raw(id));
    nothingWasMadeOrDestroyed();
  });

  it('makes no account for whoever was never in scope, and one when they are', async () => {
    await open('closed');
    const id = await enter(99, 'blue');
    await stage.mirror.converge();
    expect(await shown(id)).toEqual({ vault: 'gone', sunshine: 'gone', passage: 'gone', sendauth: 'gone' });
    const { body } = await stage.ask('GET', `/users/${id}/links`);
    expect(body['links']).toMatchObject(
      Array(4).fill({ standing: 'inSync', assigned: false, accountId: null }),
    );

    await edit(id, { tags: { team: 'red' } });
    expect(await shown(id)).toEqual(IN_SCOPE);
  });
});

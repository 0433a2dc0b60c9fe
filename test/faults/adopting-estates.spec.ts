import { afterEach, describe, expect, it } from '@jest/globals';
import type { HeldAccount, ProviderName } from '../../apps/simulators/src/index.js';
import { changeStatus, listFindings } from '#store';
import { linkOf, openMirror, type Mirror } from '../support/mirror.js';
import { enter, only, person, range } from '../support/people.js';

let mirror: Mirror;
afterEach(() => mirror.close());

const PEOPLE = range(6);

/** What each provider held of a person before we came. */
const ESTATE: Readonly<Record<ProviderName, (n: number) => object>> = {
  vault: (n) => ({ consumer_id: `hr-${n}`, metadata: { user_name: 'Before Us' } }),
  sunshine: (n) => ({ externalId: `hr-${n}`, profile: { givenName: 'Before' } }),
  passage: (n) => ({ email: `Person.${n}@example.com` }),
  sendauth: (n) => ({ firstName: 'Before', lastName: 'Us', email: `person.${n}@example.com` }),
};

function plantEstate(name: ProviderName): HeldAccount[] {
  for (const n of PEOPLE) mirror.simulators.running[name].plant({ op: 'put', account: ESTATE[name](n) });
  return [...mirror.accounts(name)];
}

function duplicates(name: ProviderName): number {
  return Object.values(mirror.simulators.running[name].summary().duplicates).reduce((sum, n) => sum + n, 0);
}

async function standings(name: ProviderName): Promise<object> {
  const rows = await mirror.database.sql<{ park: string; n: number }>(
    `SELECT COALESCE(park_code, 'inSync') AS park, count(*)::int AS n FROM links WHERE provider = $1 GROUP BY 1`,
    [name],
  );
  return Object.fromEntries(rows.map(({ park, n }) => [park, n]));
}

describe('pointing at a provider that holds these people already', () => {
  it.each(['vault', 'sunshine'] as const)(
    '%s: our key tells them; they are taken over, and nobody is made',
    async (name) => {
      mirror = await openMirror({ providers: [name] });
      plantEstate(name);
      await enter(
        mirror.roster,
        PEOPLE.map((n) => person(n)),
      );
      await mirror.converge();
      expect([mirror.accounts(name).length, duplicates(name)]).toEqual([PEOPLE.length, 0]);
      expect(await standings(name)).toEqual({ inSync: PEOPLE.length });

      const run = only(await mirror.worker.sweep('apply'));
      expect(run).toMatchObject({ state: 'complete', counts: { inStep: PEOPLE.length } });
      expect(JSON.stringify(mirror.accounts(name))).not.toContain('Before');
    },
  );

  it.each(['passage', 'sendauth'] as const)(
    '%s: nobody is made twice, and each is a finding that a person decides on',
    async (name) => {
      mirror = await openMirror({ providers: [name] });
      const before = plantEstate(name);
      const users = await enter(
        mirror.roster,
        PEOPLE.map((n) => person(n)),
      );
      await mirror.converge();
      expect(await standings(name)).toEqual({ disputed: PEOPLE.length });

      for (let again = 0; again < 2; again += 1) {
        expect(only(await mirror.worker.sweep('apply'))).toMatchObject({
          state: 'complete',
          counts: { unlinked: PEOPLE.length },
        });
        await mirror.converge();
      }
      expect(mirror.accounts(name)).toEqual(before);
      const { findings } = await listFindings(mirror.database, { kind: 'unlinked', limit: 50 });
      expect(findings.map(({ userId }) => userId).toSorted()).toEqual(users.map(({ id }) => id).toSorted());
      expect(findings.every(({ state, detail }) => state === 'open' && detail['by'] === 'email')).toBe(true);
    },
  );

  it('sendauth: whoever is soft-deleted there is a finding too, and no second one is made', async () => {
    mirror = await openMirror({ providers: ['sendauth'] });
    const [account] = [ESTATE.sendauth(1)];
    mirror.simulators.running.sendauth.plant({ op: 'put', account: { ...account, state: 'softDeleted' } });
    await enter(mirror.roster, [person(1)]);
    await mirror.converge();
    await mirror.worker.sweep('apply');
    expect(mirror.accounts('sendauth')).toHaveLength(1);
    const finding = only((await listFindings(mirror.database, { limit: 5 })).findings);
    expect(finding).toMatchObject({ kind: 'unlinked', detail: { state: 'softDeleted' } });
  });

  it('passage: a leaver who has an account there that no link knows is found', async () => {
    mirror = await openMirror({ providers: ['passage'] });
    mirror.simulators.running.passage.plant({ op: 'put', account: { phone: person(1).phone } });
    const user = only(await enter(mirror.roster, [person(1)]));
    await changeStatus(mirror.roster, 'test', { id: user.id, verb: 'deactivate' });
    await mirror.converge();
    await mirror.worker.sweep('apply');
    const finding = only((await listFindings(mirror.database, { limit: 5 })).findings);
    expect(finding).toMatchObject({
      kind: 'unlinked',
      userId: user.id,
      detail: { by: 'phone', state: 'live' },
    });
  });

  it('passage: two accounts that one person could claim are disputed, and one again when the other is gone', async () => {
    mirror = await openMirror({ providers: ['passage'] });
    mirror.simulators.running.passage.plant({ op: 'put', account: { email: 'person.1@example.com' } });
    mirror.simulators.running.passage.plant({ op: 'put', account: { phone: person(1).phone } });
    await enter(mirror.roster, [person(1)]);
    await mirror.converge();
    const kinds = async (): Promise<string[]> => {
      await mirror.worker.sweep('apply');
      const { findings } = await listFindings(mirror.database, { state: 'open', limit: 5 });
      return findings.map(({ kind }) => kind);
    };
    expect(await kinds()).toEqual(['disputed', 'disputed']);
    expect(await kinds()).toEqual(['disputed', 'disputed']);
    const [, second] = mirror.accounts('passage');
    mirror.simulators.running.passage.plant({ op: 'remove', id: String(second?.['id']) });
    expect(await kinds()).toEqual(['unlinked']);
  });

  it('vault: an account that comes to stand under the key of a leaver is read and shown', async () => {
    mirror = await openMirror({ providers: ['vault'] });
    const users = await enter(mirror.roster, [person(1), person(2)]);
    const leaver = users[0]?.id ?? '';
    await mirror.database.sql(`UPDATE users SET status = 'deactivated', status_revision = 2 WHERE id = $1`, [
      leaver,
    ]);
    await mirror.converge();
    expect(mirror.accounts('vault')).toHaveLength(1);
    mirror.simulators.running.vault.plant({ op: 'put', account: ESTATE.vault(1) });
    const run = only(await mirror.worker.sweep('apply'));
    expect(run.counts).toMatchObject({ unlinked: 1, marked: 1 });
    await mirror.converge();
    expect(await linkOf(mirror.database, leaver, 'vault')).toMatchObject({
      account_id: 'hr-1',
      not_enforceable: true,
    });
  });
});

import { afterEach, describe, expect, it } from '@jest/globals';
import { readProviderInstances } from '#config';
import { ProviderRegistry } from '#identity-provider';
import { PROVIDER_FACTORIES } from '#providers';
import { syncProviders } from '#store';
import { openLifecycleStage, type LifecycleStage, type ProviderSlug } from '../support/lifecycle-stage.js';
import { TestWorker, type MirrorOptions } from '../support/mirror.js';
import { person, range } from '../support/people.js';

const CLOSED = { SUNSHINE: 'suspended', PASSAGE: 'suspended', SENDAUTH: 'softDeleted' } as const;

/** Settings by which a status leaves accounts open, or closes them, wherever there is a choice. */
function settingsFor(onDeactivated: 'open' | 'closed', onDeleted: 'open' | 'closed'): Record<string, string> {
  return Object.fromEntries(
    Object.entries(CLOSED).flatMap(([prefix, closed]) => [
      [`${prefix}_ON_DEACTIVATED`, onDeactivated === 'open' ? 'live' : closed],
      [`${prefix}_ON_DELETED`, onDeleted === 'open' ? 'live' : closed],
    ]),
  );
}

describe('a policy that is changed', () => {
  let stage: LifecycleStage;
  afterEach(() => stage.close());

  /** Three people among others: one is active, one deactivated, one deleted. */
  async function enter(
    settings: Record<string, string>,
    engine: NonNullable<MirrorOptions['engine']> = {},
  ): Promise<string[]> {
    stage = await openLifecycleStage({ environment: settings, engine });
    const ids: string[] = [];
    for (const n of range(20)) ids.push(String((await stage.ask('POST', '/users', person(n))).body['id']));
    await stage.mirror.converge();
    const [, deactivated = '', deleted = ''] = ids;
    await stage.move(deactivated, 'deactivate');
    await stage.move(deleted, 'delete');
    await stage.mirror.converge();
    return ids.slice(0, 3);
  }

  /** The processes are started again with other settings. @returns how many links that made due */
  async function restartWith(settings: Record<string, string>): Promise<number> {
    const { mirror } = stage;
    const environment = { ...mirror.simulators.environment, ...settings };
    const defaults = { providers: null, callTimeoutMs: 1_000, allowHttpProviders: true };
    const registry = new ProviderRegistry(readProviderInstances(environment, PROVIDER_FACTORIES, defaults));
    await syncProviders(mirror.database, registry.all());
    const due = await mirror.database.sql('SELECT FROM links WHERE wanted > handled');
    const { settings: engine } = mirror.worker.room('vault').engine;
    const worker = new TestWorker(mirror.roster, registry, engine, 'silent');
    for (let passes = 0; passes < 4; passes += 1) await worker.pass();
    return due.length;
  }

  async function shown(ids: readonly string[]): Promise<Record<string, string[]>> {
    const accounts = await stage.accountIds();
    const at = (slug: ProviderSlug): string[] =>
      ids.map((id) => {
        const { state = 'gone', marker = null } = stage.held(slug).get(accounts[slug].get(id) ?? '') ?? {};
        return marker === null ? state : marker;
      });
    return { sunshine: at('sunshine'), passage: at('passage'), sendauth: at('sendauth') };
  }

  const OPEN = ['live', 'live', 'live'];
  const SHUT = {
    sunshine: ['live', 'deactivated', 'deleted'],
    passage: ['live', 'suspended', 'suspended'],
    sendauth: ['live', 'softDeleted', 'softDeleted'],
  };

  it('to close what it left open closes it for those whom it concerns, and nobody else is even looked at', async () => {
    const ids = await enter(settingsFor('open', 'open'));
    expect(await shown(ids)).toEqual({ sunshine: OPEN, passage: OPEN, sendauth: OPEN });
    const before = stage.mirror.simulators.running.vault.log.counts.total;

    expect(await restartWith(settingsFor('closed', 'open'))).toBe(3);
    expect(await shown(ids)).toMatchObject({
      passage: ['live', 'suspended', 'live'],
      sendauth: ['live', 'softDeleted', 'live'],
    });
    expect(await restartWith(settingsFor('closed', 'closed'))).toBe(3);
    expect(await shown(ids)).toEqual(SHUT);
    expect(await restartWith(settingsFor('closed', 'closed'))).toBe(0);
    expect(stage.mirror.simulators.running.vault.log.counts.total).toBe(before);
  });

  it('P9: to close what it left open is held where it concerns more people than the budget allows', async () => {
    const all = { atLeast: 0, percent: 100 };
    const allowances = { suspend: { atLeast: 2, percent: 0 }, remove: all, overwrite: all, create: all };
    await enter(settingsFor('open', 'open'), { allowances });
    const people = await stage.mirror.database.sql<{ id: string }>(
      `SELECT id FROM users WHERE status = 'active' LIMIT 8`,
    );
    for (const { id } of people) await stage.move(id, 'deactivate');
    await stage.mirror.converge();
    await restartWith(settingsFor('closed', 'open'));

    const states = (slug: ProviderSlug): string[] => [...stage.held(slug).values()].map(({ state }) => state);
    expect(states('passage').filter((state) => state === 'suspended')).toHaveLength(2);
    expect(states('sendauth').filter((state) => state === 'softDeleted')).toHaveLength(2);
    const held = await stage.mirror.database.sql<{ provider: string; count: number }>(
      `SELECT provider, count(*)::int AS count FROM links WHERE held_class = 'suspend' GROUP BY provider ORDER BY provider`,
    );
    expect(held).toEqual(['passage', 'sendauth', 'sunshine'].map((provider) => ({ provider, count: 7 })));
  });

  it('to leave open what it closed lets nobody in, until they are active again', async () => {
    const ids = await enter(settingsFor('closed', 'closed'));
    expect(await shown(ids)).toEqual(SHUT);
    expect(await restartWith(settingsFor('open', 'open'))).toBe(6);
    expect(await shown(ids)).toEqual(SHUT);

    const [, deactivated = '', deleted = ''] = ids;
    await stage.move(deactivated, 'reactivate');
    await stage.move(deleted, 'restore');
    await restartWith(settingsFor('open', 'open'));
    expect(await shown(ids)).toEqual({ sunshine: OPEN, passage: OPEN, sendauth: OPEN });
    await stage.move(deactivated, 'deactivate');
    await restartWith(settingsFor('open', 'open'));
    expect(await shown(ids)).toEqual({ sunshine: OPEN, passage: OPEN, sendauth: OPEN });
  });
});

import { afterEach, describe, expect, it } from '@jest/globals';
import type { Allowance } from '#domain';
import { syncProviders } from '#store';
import { decide, holdsOf } from '../support/holds.js';
import { openLifecycleStage, type LifecycleStage } from '../support/lifecycle-stage.js';
import { linkOf, type MirrorOptions } from '../support/mirror.js';
import { person, range } from '../support/people.js';

const NO_LIMIT: Allowance = { atLeast: 0, percent: 100 };

let stage: LifecycleStage;
let id: string;
afterEach(() => stage.close());

/** Somebody whose account at Passage is in step, among others who are; new accounts are counted from here on. */
async function enter(options: MirrorOptions = {}): Promise<void> {
  stage = await openLifecycleStage({ providers: ['passage'], ...options });
  const ids: string[] = [];
  for (const n of range(4)) ids.push(String((await stage.ask('POST', '/users', person(n))).body['id']));
  [id = ''] = ids;
  await stage.mirror.converge();
  await sql(`UPDATE links SET created_at = now() - interval '1 hour'`);
  await stage.mirror.worker.pass();
}
const sql = (text: string) => stage.mirror.database.sql(text);
const link = () => linkOf(stage.mirror.database, id, 'passage');
const held = () => stage.held('passage').size;

async function removeBehindOurBack(): Promise<void> {
  const account = String((await link())['account_id']);
  stage.mirror.simulators.providers.passage.plant({ op: 'remove', id: account });
}

/** What coming back is said to mean at Passage. */
async function told(verb: 'restore' | 'reactivate', json?: object): Promise<unknown> {
  const { body } = await stage.move(id, verb, json);
  return (body['accounts'] as readonly { provider: string }[]).find(({ provider }) => provider === 'passage'); // described by the API
}
const because = (reason: string) => ({ certain: false, because: expect.stringContaining(reason) });

describe('P13: nothing is promised for certain', () => {
  it.each([
    ['all', 'delete', 'restore', 'reactivated', 'halted'],
    ['creates', 'deactivate', 'reactivate', 'recreated', 'no new accounts'],
    ['widening', 'deactivate', 'reactivate', 'recreated', 'no new accounts'],
  ] as const)('while a provider is halted: %s', async (scope, out, back, outcome, reason) => {
    await enter();
    if (outcome === 'recreated') await removeBehindOurBack();
    await stage.move(id, out);
    await stage.mirror.converge();
    await sql(`UPDATE providers SET halt_scope = '${scope}', halt_reason = 'http_402', halted_at = now(),
                 probe_at = now() + interval '1 hour'`);
    expect(await told(back, { recreate: true })).toMatchObject({ outcome, ...because(reason) });
    for (let pass = 0; pass < 2; pass += 1) await stage.mirror.worker.pass(200);
    expect([...stage.held('passage').values()].filter(({ state }) => state === 'live')).toHaveLength(3);
  });
});

describe('a new account that is beyond the budget', () => {
  const none: Allowance = { atLeast: 0, percent: 0 };

  async function refused(): Promise<void> {
    await enter({
      engine: { allowances: { suspend: NO_LIMIT, overwrite: NO_LIMIT, remove: NO_LIMIT, create: none } },
    });
    await removeBehindOurBack();
    await told('reactivate', { recreate: true });
    await stage.mirror.converge();
    expect(await link()).toMatchObject({ held_step: 'provision', held_decision: null });
  }

  it('is not promised for certain when it is asked for again', async () => {
    await refused();
    expect(await told('reactivate')).toMatchObject({ outcome: 'recreated', ...because('(create)') });
    expect(await told('reactivate', { recreate: true })).toMatchObject(because('(create)'));
    await stage.mirror.converge();
    expect([held(), (await link())['held_step']]).toEqual([3, 'provision']);
  });

  it('and was rejected can be asked for again, as its rule says, and is made once it is approved', async () => {
    await refused();
    for (const decision of ['rejected', 'approved'] as const) {
      const [hold] = await holdsOf(stage.mirror);
      if (hold === undefined) throw new Error('nothing is held');
      await decide(stage.mirror, hold, { decision });
      await stage.mirror.converge();
      if (decision === 'approved') break;
      expect([held(), await link()]).toMatchObject([
        3,
        { park_code: 'change_rejected', park_rule: expect.stringContaining('"recreate": true') },
      ]);
      await told('reactivate', { recreate: true });
      await stage.mirror.converge();
      expect(await link()).toMatchObject({ held_step: 'provision', held_decision: null, park_code: null });
    }
    expect([held(), (await link())['park_code']]).toEqual([4, null]);
  });
});

describe('a permission for a new account', () => {
  it('is not given where the account was said to be impossible, and makes none there later', async () => {
    await enter();
    await sql('UPDATE providers SET enabled = false');
    expect(await told('reactivate', { recreate: true })).toMatchObject({ outcome: 'impossible' });
    await removeBehindOurBack();
    await sql(`UPDATE links SET certainty = 'stale', wanted = wanted + 1`);
    await syncProviders(stage.mirror.database, stage.mirror.registry.all());
    await stage.mirror.converge();
    expect([held(), (await link())['park_code']]).toEqual([3, 'gone_at_provider']);
  });
});

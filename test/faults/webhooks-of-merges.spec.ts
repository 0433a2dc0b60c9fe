import { afterEach, describe, expect, it } from '@jest/globals';
import { everythingIn } from '../support/everything.js';
import { destructiveCalls } from '../support/lifecycle-stage.js';
import { only } from '../support/people.js';
import { endsOf, erasureOf, verifiedReceipts } from '../support/receipts.js';
import { until } from '../support/until.js';
import { mergeOf, removal, WebhookStage, type Mirrored } from '../support/webhook-stage.js';

let web: WebhookStage;
afterEach(() => web.stage.close());

const SURVIVOR = 'aaaaaaaaaaaaaaaaaaaaaaaa';
const LAST = 'bbbbbbbbbbbbbbbbbbbbbbbb';

async function hireTwo(): Promise<readonly [Mirrored, Mirrored]> {
  const [ann, bob] = await web.hire(2);
  if (ann === undefined || bob === undefined) throw new Error('two people were hired');
  web.running.log.clear();
  return [ann, bob];
}

/** Puts an account of nobody's there. */
function stranger(id: string, account: object = {}): void {
  web.simulator.plant({ op: 'put', account: { id, ...account } });
}

/** Until so many events arrived; then everything that is due now is done. */
async function hear(count: number): Promise<void> {
  await until(async () => (await web.written()).length === count);
  await web.stage.mirror.worker.pass();
}

async function purge(id: string): Promise<void> {
  await web.stage.move(id, 'delete');
  await web.stage.mirror.converge();
  expect((await web.stage.move(id, 'purge')).status).toBe(200);
}

async function statusOf(id: string): Promise<unknown> {
  return (await web.stage.ask('GET', `/users/${id}`)).body['status'];
}

const destroyed = (): string[] =>
  destructiveCalls('sunshine', web.running.log.since(0)).map(({ accountId }) => accountId);
const methods = (): string[] => [...web.running.log.since(0)].map(({ method }) => method);

describe('an account that was merged over there', () => {
  it.each([
    ['without a key', null],
    ['with our key', 'hr-1'],
  ])('is followed to a survivor %s, which then holds the user', async (_what, externalId) => {
    web = await WebhookStage.open();
    const [ann] = await hireTwo();
    stranger(SURVIVOR, { metadata: { tier: 'gold' } });
    await web.merge(ann.accountId, SURVIVOR);
    web.simulator.plant({ op: 'patch', id: SURVIVOR, account: { externalId } });
    web.running.log.clear();
    await hear(1);
    await web.stage.mirror.converge();

    expect(await web.link(ann.id)).toMatchObject({
      account_id: SURVIVOR,
      merged_into: null,
      observed_state: 'live',
      park_code: null,
    });
    const held = only(web.stage.mirror.accounts('sunshine').filter(({ id }) => id === SURVIVOR));
    expect(held['externalId'] ?? null).toBe(externalId);
    expect(held).toMatchObject({
      profile: { givenName: 'Given', surname: 'Family 1' },
      metadata: { tier: 'gold', displayName: 'Person 1' },
    });
    expect(methods()).not.toContain('POST');
    expect(await web.written()).toMatchObject([{ type: 'merged', account: web.hashOf(ann.accountId) }]);
  });

  it('is followed when its own path answers with the survivor, and along several merges', async () => {
    web = await WebhookStage.open();
    const [ann] = await hireTwo();
    stranger(LAST);
    web.simulator.plant({ op: 'remove', id: ann.accountId });
    const user = { id: LAST, externalId: null };
    const path = `/users/${ann.accountId}$`;
    web.running.addFaults({ match: { method: 'GET', path }, times: 'always', status: 200, body: { user } });
    expect(await web.post([mergeOf('e1', ann.accountId, SURVIVOR), mergeOf('e2', SURVIVOR, LAST)])).toBe(200);
    await web.stage.mirror.converge();
    expect(await web.link(ann.id)).toMatchObject({ account_id: LAST, park_code: null });
  });

  it('into that of another user is parked, keeps what it knows, and wakes when the other one goes', async () => {
    web = await WebhookStage.open();
    const [ann, bob] = await hireTwo();
    await web.merge(ann.accountId, bob.accountId);
    await hear(1);
    await web.stage.mirror.converge();

    expect(await web.link(ann.id)).toMatchObject({
      park_code: 'disputed',
      park_rule: expect.stringContaining('another user of the roster'),
      account_id: ann.accountId,
      merged_into: bob.accountId,
    });
    expect(await web.link(bob.id)).toMatchObject({ account_id: bob.accountId, observed_state: 'live' });
    expect(web.stage.held('sunshine').get(bob.accountId)).toMatchObject({ remoteKey: 'hr-2', state: 'live' });

    await purge(bob.id);
    await web.stage.mirror.converge();
    const own = only([...web.stage.held('sunshine').values()]);
    expect(own).toMatchObject({ remoteKey: 'hr-1', state: 'live' });
    expect(await web.link(ann.id)).toMatchObject({ account_id: own.accountId, merged_into: null });
  });

  it('into one with a key that is not ours is parked, and that one is left alone', async () => {
    web = await WebhookStage.open();
    const [ann] = await hireTwo();
    stranger(SURVIVOR, { externalId: 'somebody-else' });
    await web.merge(ann.accountId, SURVIVOR);
    web.running.log.clear();
    await hear(1);
    await web.stage.mirror.converge();
    expect(await web.link(ann.id)).toMatchObject({
      park_code: 'disputed',
      park_rule: expect.stringContaining('not proven'),
      account_id: ann.accountId,
      merged_into: SURVIVOR,
    });
    // Looked at again, it is found as before: what is known of the merge is not forgotten.
    await web.stage.ask('PATCH', `/users/${ann.id}`, { company: 'Elsewhere' });
    await web.stage.mirror.converge();
    expect(await web.link(ann.id)).toMatchObject({ park_code: 'disputed', account_id: ann.accountId });
    expect(new Set(methods())).toEqual(new Set(['GET']));
  });

  it('together with that of another user is taken by neither, until one of them is found where it was', async () => {
    web = await WebhookStage.open();
    const [ann, bob] = await hireTwo();
    stranger(SURVIVOR);
    web.simulator.plant({ op: 'remove', id: ann.accountId });
    web.simulator.plant({ op: 'remove', id: bob.accountId });
    const events = [mergeOf('e1', ann.accountId, SURVIVOR), mergeOf('e2', bob.accountId, SURVIVOR)];
    expect(await web.post(events)).toBe(200);
    await web.stage.mirror.converge();
    for (const { id, accountId } of [ann, bob])
      expect(await web.link(id)).toMatchObject({ park_code: 'disputed', account_id: accountId });
    expect(new Set(methods())).toEqual(new Set(['GET']));

    web.simulator.plant({ op: 'put', account: { id: bob.accountId, externalId: bob.externalKey } });
    await web.stage.ask('PATCH', `/users/${bob.id}`, { company: 'Elsewhere' });
    await web.stage.mirror.converge();
    expect(await web.link(bob.id)).toMatchObject({ account_id: bob.accountId, merged_into: null });
    // The next tick wakes who waits for him.
    await web.stage.mirror.converge();
    expect(await web.link(ann.id)).toMatchObject({ account_id: SURVIVOR, merged_into: null });
  });

  it('is nothing of the kind while it is still there', async () => {
    web = await WebhookStage.open();
    const [ann, bob] = await hireTwo();
    expect(await web.post([mergeOf('e1', ann.accountId, bob.accountId)])).toBe(200);
    await web.stage.mirror.converge();
    expect(methods()).toEqual(['GET', 'GET']);
    expect(await web.link(ann.id)).toMatchObject({
      account_id: ann.accountId,
      merged_into: null,
      park_code: null,
    });
  });

  it('and whose survivor is gone as well is absent like any other', async () => {
    web = await WebhookStage.open();
    const [ann] = await hireTwo();
    web.simulator.plant({ op: 'remove', id: ann.accountId });
    expect(await web.post([mergeOf('e1', ann.accountId, SURVIVOR)])).toBe(200);
    await web.stage.mirror.converge();
    const { account_id: anew } = await web.link(ann.id);
    expect([...web.stage.held('sunshine').keys()]).toContain(anew);
    expect(anew).not.toBe(ann.accountId);
  });
});

describe('a purge of somebody whose account is merged meanwhile', () => {
  it.each([
    ['before its deletion is asked for', false, 'hr-1', true],
    ['before its deletion is asked for', false, null, false],
    ['after its deletion was accepted', true, 'hr-1', false],
    ['after its deletion was accepted', true, null, false],
  ])(
    '%s takes no survivor that is not proven ours: %s, %s',
    async (_when, isAccepted, externalId, isTaken) => {
      web = await WebhookStage.open({ deletionDelayMs: 3_600_000 });
      const [ann, bob] = await hireTwo();
      stranger(SURVIVOR);
      await purge(ann.id);
      if (isAccepted) await web.stage.mirror.worker.pass();
      await web.merge(ann.accountId, SURVIVOR);
      web.simulator.plant({ op: 'patch', id: SURVIVOR, account: { externalId } });
      web.simulator.behaviour.merge({ deletionDelayMs: 20 });
      await hear(1);
      for (let pass = 0; pass < 6; pass += 1) await web.stage.mirror.worker.pass();
      if (isTaken) await web.stage.mirror.converge();

      const before = isAccepted ? [ann.accountId] : [];
      expect(destroyed()).toEqual(isTaken ? [...before, SURVIVOR] : before);
      expect(await statusOf(ann.id)).toBe(isTaken ? 'purged' : 'purging');
      expect(await web.link(ann.id)).toMatchObject({ park_code: isTaken ? null : 'disputed' });
      expect([...web.stage.held('sunshine').keys()].includes(bob.accountId)).toBe(true);
    },
  );

  it('is not led on to anybody by a message that came while the account was still there', async () => {
    web = await WebhookStage.open();
    const [ann] = await hireTwo();
    stranger(LAST, { profile: { givenName: 'Victim' } });
    await web.stage.move(ann.id, 'delete');
    await web.stage.move(ann.id, 'purge');
    expect(await web.post([mergeOf('forged', ann.accountId, LAST)])).toBe(200);
    await web.stage.mirror.converge();
    expect(destroyed()).toEqual([ann.accountId]);
    expect(web.stage.held('sunshine').has(LAST)).toBe(true);
  });

  it('into that of another user destroys nothing, and ends when the other one is gone', async () => {
    web = await WebhookStage.open();
    const [ann, bob] = await hireTwo();
    await web.merge(ann.accountId, bob.accountId);
    await hear(1);
    await purge(ann.id);
    await web.stage.mirror.worker.pass();
    expect(await statusOf(ann.id)).toBe('purging');
    expect(await web.link(ann.id)).toMatchObject({ park_code: 'disputed', account_id: ann.accountId });
    expect(destroyed()).toEqual([]);
    expect(web.stage.held('sunshine').get(bob.accountId)).toMatchObject({ state: 'live' });

    await web.stage.move(bob.id, 'delete');
    await web.stage.move(bob.id, 'purge');
    await web.stage.mirror.converge();
    expect([await statusOf(ann.id), await statusOf(bob.id)]).toEqual(['purged', 'purged']);
    expect(destroyed()).toEqual([bob.accountId]);
  });

  it('destroys no survivor that answers in the place of the account, also when nobody told of a merge', async () => {
    web = await WebhookStage.open();
    const [ann, bob] = await hireTwo();
    await web.stage.move(ann.id, 'delete');
    await web.stage.mirror.converge();
    const user = { id: bob.accountId, externalId: bob.externalKey };
    const path = `/users/${ann.accountId}`;
    web.running.addFaults({ match: { path }, times: 'always', status: 200, body: { user } });
    await web.stage.move(ann.id, 'purge');
    await web.stage.mirror.worker.pass();
    expect(await web.link(ann.id)).toMatchObject({ park_code: 'protocol', account_id: ann.accountId });
    expect(destroyed()).toEqual([]);
    expect(web.stage.held('sunshine').get(bob.accountId)).toMatchObject({ state: 'live' });
  });
});

describe('an erasure of somebody whose account is merged meanwhile', () => {
  const erase = (user: Mirrored) =>
    web.stage.ask('POST', `/users/${user.id}/erasure`, { confirm: user.externalKey });
  async function workOn(): Promise<void> {
    for (let pass = 0; pass < 6; pass += 1) await web.stage.mirror.worker.pass();
  }

  it('is not complete while somebody stands under the key, and destroys nobody', async () => {
    web = await WebhookStage.open();
    const [ann] = await hireTwo();
    await erase(ann);
    web.simulator.plant({ op: 'remove', id: ann.accountId });
    // PROVIDERS.md 2.6: the next login of the discarded user makes a new one.
    stranger(LAST, { externalId: ann.externalKey });
    await web.post([mergeOf('e1', ann.accountId, SURVIVOR)]);
    await workOn();
    const erasure = await erasureOf(web.stage, ann.id);
    expect(erasure).toMatchObject({ state: 'open' });
    expect(endsOf(erasure)).toMatchObject({ sunshine: 'parked', vault: 'deleted' });
    expect(destroyed()).toEqual([]);
    web.simulator.plant({ op: 'remove', id: LAST });
    await erase(ann);
    await web.stage.mirror.converge();
    expect(endsOf(await erasureOf(web.stage, ann.id))).toMatchObject({ sunshine: 'absent' });
  });

  it('finds the survivor in whatever order the merges are told', async () => {
    web = await WebhookStage.open();
    const [ann] = await hireTwo();
    await erase(ann);
    web.simulator.plant({ op: 'remove', id: ann.accountId });
    stranger(LAST);
    await web.post([mergeOf('e2', SURVIVOR, LAST)]);
    await web.post([mergeOf('e1', ann.accountId, SURVIVOR)]);
    await workOn();
    expect(endsOf(await erasureOf(web.stage, ann.id))).toMatchObject({ sunshine: 'parked' });
    expect(web.stage.held('sunshine').has(LAST)).toBe(true);
  });

  it('leaves no account id behind, told or followed', async () => {
    web = await WebhookStage.open();
    const [ann, bob] = await hireTwo();
    stranger(SURVIVOR);
    web.simulator.plant({ op: 'remove', id: ann.accountId });
    await web.post([mergeOf('e1', ann.accountId, SURVIVOR)]);
    await web.stage.mirror.converge();
    web.simulator.plant({ op: 'remove', id: bob.accountId });
    await web.post([removal('e2', { accountId: bob.accountId, externalKey: bob.externalKey })]);
    await erase(ann);
    await erase(bob);
    await web.stage.mirror.converge();
    expect(endsOf(await erasureOf(web.stage, ann.id))).toMatchObject({ sunshine: 'deleted' });
    expect(endsOf(await erasureOf(web.stage, bob.id))).toMatchObject({ sunshine: 'absent' });
    const everything = await everythingIn(web.stage.mirror.database);
    for (const id of [ann.accountId, bob.accountId, SURVIVOR]) {
      expect([id, everything.includes(id)]).toEqual([id, false]);
    }
  });

  it('takes no message for evidence that came before the deletion', async () => {
    web = await WebhookStage.open({ webhookLost: true });
    const [ann] = await hireTwo();
    await web.post([removal('forged', { accountId: ann.accountId })]);
    await web.stage.mirror.converge();
    await erase(ann);
    await web.stage.mirror.converge();
    const { sunshine } = await verifiedReceipts(web.stage, await erasureOf(web.stage, ann.id));
    expect(JSON.stringify(sunshine)).not.toContain('forged');
    expect(sunshine).toMatchObject({ evidence: { deletions: [{ status: 200 }] } });
  });
});

import { afterEach, describe, expect, it } from '@jest/globals';
import { destructiveCalls } from '../support/lifecycle-stage.js';
import { until } from '../support/until.js';
import { only } from '../support/people.js';
import { removal, WEBHOOK_SECRET, WebhookStage, type Mirrored } from '../support/webhook-stage.js';

let web: WebhookStage;
afterEach(() => web.stage.close());

const STRANGER = { accountId: 'ffffffffffffffffffffffff', externalKey: 'nobody' };
const LONG_MS = 3_600_000;

async function hireOne(): Promise<Mirrored> {
  const [one] = await web.hire(2);
  if (one === undefined) throw new Error('two people were hired');
  web.running.log.clear();
  return one;
}

async function purge(id: string): Promise<void> {
  await web.stage.move(id, 'delete');
  await web.stage.mirror.converge();
  expect((await web.stage.move(id, 'purge')).status).toBe(200);
}

async function statusOf(id: string): Promise<unknown> {
  return (await web.stage.ask('GET', `/users/${id}`)).body['status'];
}

/** As if the link had been looked at often by now, and the next look were far off. */
async function postpone(id: string): Promise<void> {
  await web.stage.mirror.database.sql(
    `UPDATE links SET next_attempt_at = now() + interval '1 hour' WHERE user_id = $1 AND provider = 'sunshine'`,
    [id],
  );
}

const methods = (): string[] => [...web.running.log.since(0)].map(({ method }) => method);

describe('D05: a purge', () => {
  it('ends when the webhook comes, by a read, and leaves evidence of both', async () => {
    web = await WebhookStage.open();
    const { id, accountId } = await hireOne();
    await purge(id);
    await web.stage.mirror.worker.pass();
    await postpone(id);
    await until(async () => (await web.written()).length > 0);
    expect(await web.written()).toMatchObject([{ type: 'removed', account: web.hashOf(accountId) }]);
    await web.stage.mirror.converge();

    expect(await statusOf(id)).toBe('purged');
    const intents = await web.stage.mirror.database.sql<{ at: Date | null }>(
      `SELECT account_id, outcome, evidence, settled_at FROM intents WHERE kind = 'purge' AND provider = 'sunshine'`,
    );
    expect(intents).toEqual([
      {
        account_id: accountId,
        outcome: 'applied',
        settled_at: expect.any(Date),
        evidence: {
          deletion: { status: 200, at: expect.stringMatching(/^20.*Z$/) },
          absence: { at: expect.stringMatching(/^20.*Z$/) },
        },
      },
    ]);
  });

  it.each([
    ['is lost', { webhookLost: true }, 0],
    ['comes twice', { webhookTwice: true }, 1],
    ['goes by its other name', { deletionEvent: 'user:delete' }, 1],
    ['shows another secret', { webhookSecret: 'not-the-secret' }, 0],
  ])('ends as well when the webhook %s', async (_what, behaviour, written) => {
    web = await WebhookStage.open(behaviour);
    const { id, accountId } = await hireOne();
    await purge(id);
    await web.stage.mirror.converge();

    expect(await statusOf(id)).toBe('purged');
    await until(async () => (await web.written()).length === written);
    expect(destructiveCalls('sunshine', web.running.log.since(0))).toEqual([{ accountId, status: 200 }]);
  });

  it('that is told of before its own call is answered is not forgotten', async () => {
    web = await WebhookStage.open({ deletionDelayMs: 0 });
    const { id } = await hireOne();
    web.running.addFaults({ match: { method: 'DELETE' }, latencyMs: 600 });
    await purge(id);
    const working = web.stage.mirror.worker.pass();
    await until(async () => (await web.written()).length > 0);
    const early = await web.link(id);
    await working;

    expect(early).toMatchObject({ in_flight: true, lane: 0 });
    await web.stage.mirror.converge();
    expect(await statusOf(id)).toBe('purged');
    expect(methods().filter((method) => method === 'DELETE')).toHaveLength(1);
  });

  it('goes on while the account is still there, whatever the webhook says', async () => {
    web = await WebhookStage.open({ deletionDelayMs: LONG_MS });
    const { id, accountId } = await hireOne();
    await purge(id);
    await web.stage.mirror.worker.pass();
    await postpone(id);
    web.running.log.clear();
    expect(await web.post([removal('e1', { accountId })])).toBe(200);
    await web.stage.mirror.worker.pass();

    expect(methods()).toEqual(['GET']);
    expect(await statusOf(id)).toBe('purging');
  });
});

describe('A17: a webhook', () => {
  it('with a wrong secret, or none, is answered 401 and does nothing', async () => {
    web = await WebhookStage.open();
    const one = await hireOne();
    const before = await web.link(one.id);
    for (const secret of ['wrong', '', null, `${WEBHOOK_SECRET}x`, WEBHOOK_SECRET.slice(1)])
      expect(await web.post([removal('e1', one)], { secret })).toBe(401);
    expect(await web.written()).toEqual([]);
    expect(await web.link(one.id)).toEqual(before);
  });

  it('has an address only where its secret is set', async () => {
    web = await WebhookStage.open();
    for (const provider of ['vault', 'nowhere', '%2e%2e', 'Sunshine'])
      expect(await web.post([], { provider })).toBe(404);
  });

  it('that says the account of somebody who is there was removed costs one read', async () => {
    web = await WebhookStage.open();
    const one = await hireOne();
    expect(await web.post([removal('e1', one)])).toBe(200);
    await web.stage.mirror.converge();
    expect(methods()).toEqual(['GET']);
    expect(await web.link(one.id)).toMatchObject({ account_id: one.accountId, observed_state: 'live' });
  });

  it('of an account that was removed over there has it looked at, and made anew for who is active', async () => {
    web = await WebhookStage.open();
    const one = await hireOne();
    web.simulator.plant({ op: 'remove', id: one.accountId });
    expect(await web.post([removal('e1', one)])).toBe(200);
    await web.stage.mirror.converge();
    expect((await web.link(one.id))['account_id']).not.toBe(one.accountId);
    expect(web.stage.held('sunshine').size).toBe(2);
  });

  it('of nobody we know, of something else, or of another app is answered 200 and makes nothing due', async () => {
    web = await WebhookStage.open();
    const one = await hireOne();
    const before = await web.link(one.id);
    const unknown = { ...removal('e2', one), type: 'conversation:message' };
    expect(await web.post([removal('e1', STRANGER)])).toBe(200);
    expect(await web.post([unknown, null, 7, { id: 'e3', type: 'user:remove' }])).toBe(200);
    expect(await web.post([removal('e4', one)], { app: 'another' })).toBe(200);
    expect(await web.post([], { body: '[]' })).toBe(200);
    const account = web.hashOf(STRANGER.accountId);
    expect(await web.written()).toEqual([{ event_id: 'e1', type: 'removed', account }]);
    expect(await web.link(one.id)).toEqual(before);
  });

  it('may tell of several people at once, by id or by key', async () => {
    web = await WebhookStage.open();
    const people = await web.hire(3);
    const [ann, bob, eve] = people;
    if (ann === undefined || bob === undefined || eve === undefined) throw new Error('three were hired');
    const byKey = { accountId: STRANGER.accountId, externalKey: bob.externalKey };
    expect(await web.post([removal('e1', ann), removal('e2', STRANGER), removal('e3', byKey)])).toBe(200);
    const isDue = async ({ id }: Mirrored) => (await web.link(id))['certainty'] === 'stale';
    expect([await isDue(ann), await isDue(bob), await isDue(eve)]).toEqual([true, true, false]);
    await web.stage.mirror.converge();
  });

  it('that is repeated does nothing, also beside news and at the same time', async () => {
    web = await WebhookStage.open();
    const one = await hireOne();
    const events = [removal('e1', one), removal('e2', STRANGER)];
    const twice = [web.post(events), web.post(events.toReversed()), web.post([...events, ...events])];
    expect(await Promise.all(twice)).toEqual([200, 200, 200]);
    await web.stage.mirror.converge();
    const settled = await web.link(one.id);
    expect(await web.post([removal('e1', one), removal('e3', STRANGER)])).toBe(200);
    expect(await web.link(one.id)).toEqual(settled);
    expect((await web.written()).map(({ event_id }) => event_id)).toEqual(['e1', 'e2', 'e3']);
  });

  it('may be large, and is bounded in bytes and events', async () => {
    web = await WebhookStage.open();
    const one = await hireOne();
    const padded = (bytes: number) => [{ ...removal('e1', one), pad: 'p'.repeat(bytes) }];
    const many = (count: number) => Array.from({ length: count }, (_, n) => removal(`m${n}`, STRANGER));
    expect(await web.post(padded(5_000_000))).toBe(413);
    expect(await web.post(many(1_001))).toBe(413);
    expect(await web.written()).toEqual([]);
    expect(await web.post(padded(900_000))).toBe(200);
    expect(await web.post(many(1_000))).toBe(200);
    expect(await web.written()).toHaveLength(1_001);
    const elsewhere = { externalKey: 'x', company: 'c'.repeat(70_000) };
    expect((await web.stage.ask('POST', '/users', elsewhere)).status).toBe(413);
  });

  it('that cannot be read is refused, and a form or a file too', async () => {
    web = await WebhookStage.open();
    for (const body of ['not json', '{', '{"app":{"__proto__":1}}'])
      expect(await web.post([], { body })).toBe(400);
    const csv = { 'content-type': 'text/csv' };
    expect(await web.post([], { body: 'a,b', headers: csv })).toBe(415);
    expect(await web.post([], { body: 'a,b', headers: csv, secret: 'wrong' })).toBe(401);
    expect(await web.written()).toEqual([]);
  });

  it('P23: leaves neither the secret nor anything personal in the log or beside the roster', async () => {
    web = await WebhookStage.open();
    const one = await hireOne();
    const telling = {
      ...removal('e1', { ...STRANGER, externalKey: 'ana@example.com' }),
      pad: 'ana@example.com',
    };
    await web.post([removal('e0', one), telling]);
    await web.post([telling], { secret: 'a-guess-at-the-secret' });
    await web.post([], { body: '{"ana@example.com"' });
    const log = web.stage.logged.join('');
    expect(log).toContain('webhook refused');
    expect(log).not.toMatch(
      new RegExp(`${WEBHOOK_SECRET}|a-guess|example\\.com|${one.externalKey}|ffffffff`),
    );
    const rows = await web.stage.mirror.database.sql<{ row: string }>(
      'SELECT string_agg(e::text, chr(10)) AS row FROM webhook_events e',
    );
    expect(only(rows).row).not.toMatch(/example\.com|hr-|ffffffff/);
  });
});

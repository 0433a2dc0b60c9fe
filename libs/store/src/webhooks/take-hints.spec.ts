import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { User } from '#domain';
import type { WebhookHint } from '#identity-provider';
import { hashOfAccount } from '../erasure/account-hash.js';
import { knows, Links, PROVIDER } from '../engine/engine.harness.js';
import { openTestRoster } from '../roster/roster.harness.js';
import { forgetWebhookEvents } from './forget-events.js';
import { takeWebhookHints } from './take-hints.js';

const named = (accountId: string, remoteKey: string | null = null) => ({ accountId, remoteKey });
let count = 0;
const eventId = (): string => `event-${(count += 1)}`;
const removed = (accountId: string, remoteKey: string | null = null): WebhookHint => ({
  eventId: eventId(),
  type: 'removed',
  account: named(accountId, remoteKey),
});
const merged = (accountId: string, survivorId: string): WebhookHint => ({
  eventId: eventId(),
  type: 'merged',
  account: named(accountId),
  survivor: named(survivorId),
});

describe('what a provider tells', () => {
  let links: Links;
  beforeAll(async () => {
    links = new Links(await openTestRoster([PROVIDER, 'south']));
  });
  afterAll(() => links.roster.close());

  const take = (...hints: WebhookHint[]) => takeWebhookHints(links.roster, PROVIDER, hints);
  const setStatus = (user: User, status: string) =>
    links.roster.sql(`UPDATE users SET status = $2, status_before_deletion = 'active' WHERE id = $1`, [
      user.id,
      status,
    ]);
  const kept = async ({ eventId: id }: WebhookHint) => {
    const [row] = await links.roster.sql<{ account_hash: Buffer; survivor_id: string | null }>(
      'SELECT account_hash, survivor_id FROM webhook_events WHERE provider = $1 AND event_id = $2',
      [PROVIDER, id],
    );
    return row;
  };
  const hashed = (accountId: string) => hashOfAccount(links.roster.hashKey, PROVIDER, accountId);

  it('is about a link also by its key, that of a stand-in too, which no user could have', async () => {
    const [byKey, standIn] = [await links.enterInSync('by-key'), await links.enterInSync('stand-in')];
    await links.roster.sql(`UPDATE users SET is_stand_in = true WHERE id = $1`, [standIn.id]);
    await links.roster.sql(`UPDATE links SET remote_key = $2 WHERE user_id = $1`, [standIn.id, ' odd ']);
    const told = await take(removed('other-1', byKey.externalKey), removed('other-2', ' odd '));
    expect(told.flatMap(({ userIds }) => userIds).toSorted()).toEqual([byKey.id, standIn.id].toSorted());
  });

  it('makes the link due, in doubt, and says how urgent that is', async () => {
    const [here, leaving] = [await links.enterInSync('here'), await links.enterInSync('leaving')];
    await setStatus(leaving, 'purging');
    const told = await take(removed('here'), removed('leaving'));
    expect(told).toEqual([
      { lane: 'revocation', userIds: [leaving.id] },
      { lane: 'live', userIds: [here.id] },
    ]);
    expect(await links.row(here)).toMatchObject({ certainty: 'stale', wanted: '2', handled: '1', lane: 2 });
    expect(await links.row(leaving)).toMatchObject({ certainty: 'stale', lane: 0, waits: false });
  });

  it('is about no other provider, nobody who is purged, and no stranger', async () => {
    const gone = await links.enterInSync('left-over');
    const elsewhere = await links.enterInSync('elsewhere');
    await setStatus(gone, 'purged');
    await links.roster.sql(
      `UPDATE links SET account_id = 'only-south' WHERE provider = 'south' AND user_id = $1`,
      [elsewhere.id],
    );
    const key = removed('another-account', gone.externalKey);
    const strange = removed('only-south');
    expect(await take(key, strange)).toEqual([]);
    expect([(await kept(key))?.survivor_id, (await kept(strange))?.survivor_id]).toEqual([null, null]);
    expect(await links.row(gone)).toMatchObject({ wanted: '1', certainty: 'certain' });
  });

  it('is kept with a hash of the account, and does nothing a second time', async () => {
    const user = await links.enterInSync('twice');
    const hint = removed('twice');
    expect(await take(hint, { ...hint, account: named('here') })).toHaveLength(1);
    expect((await kept(hint))?.account_hash).toEqual(hashed('twice'));
    expect(await take(hint)).toEqual([]);
    expect(await links.row(user)).toMatchObject({ wanted: '2' });
  });

  it('of merges is noted on the link, to the last survivor, and doubts those who survive', async () => {
    const [lost, last] = [await links.enterInSync('lost'), await links.enterInSync('last')];
    await take(merged('lost', 'middle'), merged('middle', 'last'));
    expect(await links.row(lost)).toMatchObject({
      merged_into: 'last',
      account_id: 'lost',
      certainty: 'stale',
    });
    expect(await links.row(last)).toMatchObject({ merged_into: null, certainty: 'stale' });

    const again = await links.row(lost);
    await take(removed('last'));
    expect(await links.row(lost)).toMatchObject({
      merged_into: 'last',
      wanted: String(Number(again['wanted']) + 1),
    });
  });

  it('of merges is followed whatever the order in which they are told', async () => {
    const lost = await links.enterInSync('first');
    await take(merged('second', 'third'));
    await take(merged('third', 'fourth'));
    await take(merged('first', 'second'));
    expect(await links.row(lost)).toMatchObject({ merged_into: 'fourth' });
    // Two that were merged into each other, if such a thing is ever told, end somewhere.
    await take(merged('fourth', 'second'));
    expect((await links.row(lost))['merged_into']).toEqual(expect.any(String));
  });

  it('of a merge is remembered until it is found out, and past a pass that it came too late for', async () => {
    const user = await links.enterInSync('early');
    await links.set(user, 'wanted = wanted + 1');
    const before = await links.claim(user);
    await take(merged('early', 'later'));
    await links.settle(before, { mergeIsOver: true });
    expect(await links.row(user)).toMatchObject({ merged_into: 'later', certainty: 'stale' });

    const told = await links.claim(user);
    expect(told).toMatchObject({ mergedInto: 'later' });
    await links.settle(told, { outcome: 'parked', park: { code: 'disputed', rule: 'is merged' } });
    expect(await links.row(user)).toMatchObject({ merged_into: 'later' });
    await links.set(user, 'wanted = wanted + 1');
    const found = { knowledge: knows({ accountId: 'later' }), mergeIsOver: true };
    await links.settle(await links.claim(user), found);
    expect(await links.row(user)).toMatchObject({ merged_into: null, account_id: 'later' });
  });

  it('is forgotten after thirty days', async () => {
    const [old, young] = [removed('old'), removed('young')];
    await take(old, young);
    const age = (hint: WebhookHint, interval: string) =>
      links.roster.sql('UPDATE webhook_events SET received_at = now() - $2::interval WHERE event_id = $1', [
        hint.eventId,
        interval,
      ]);
    await age(old, '30 days 1 minute');
    await age(young, '29 days 23 hours');
    expect(await forgetWebhookEvents(links.roster.database)).toBe(1);
    expect(await forgetWebhookEvents(links.roster.database)).toBe(0);
    expect([await kept(old), (await kept(young))?.account_hash]).toEqual([undefined, hashed('young')]);
  });
});

describe('the evidence of a purge', () => {
  let links: Links;
  beforeAll(async () => {
    links = new Links(await openTestRoster([PROVIDER]));
  });
  afterAll(() => links.roster.close());

  it('is added to, part by part', async () => {
    const user = await links.enterInSync('purged');
    await links.roster.sql(
      `INSERT INTO intents (id, user_id, provider, kind, lease_token, account_id, remote_key, status_revision, attribute_revision)
       SELECT gen_random_uuid(), user_id, provider, 'purge', gen_random_uuid(), account_id, remote_key, 1, 1
       FROM links WHERE user_id = $1`,
      [user.id],
    );
    const deletion = { status: 200, at: '2026-11-25T10:00:00.000Z' };
    const absence = { at: '2026-11-25T10:00:01.000Z' };
    const settle = async (outcome: 'accepted' | 'applied', evidence: object) => {
      await links.set(user, 'wanted = wanted + 1');
      await links.settle(await links.claim(user), { intent: { kind: 'purge', outcome, evidence } });
    };
    const intents = () =>
      links.roster.sql(
        'SELECT outcome, evidence, settled_at IS NULL AS open FROM intents WHERE user_id = $1',
        [user.id],
      );
    await settle('accepted', { deletion });
    expect(await intents()).toEqual([{ outcome: 'accepted', evidence: { deletion }, open: true }]);
    await settle('applied', { absence });
    expect(await intents()).toEqual([{ outcome: 'applied', evidence: { deletion, absence }, open: false }]);
  });
});

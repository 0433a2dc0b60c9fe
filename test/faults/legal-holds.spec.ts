import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  destructiveCalls,
  openLifecycleStage,
  PROVIDER_SLUGS,
  type LifecycleStage,
  type ProviderSlug,
} from '../support/lifecycle-stage.js';
import { linkOf } from '../support/mirror.js';
import { person, range } from '../support/people.js';

let stage: LifecycleStage;
afterEach(() => stage.close());

/** People who are in step everywhere. */
async function enter(count: number): Promise<string[]> {
  stage = await openLifecycleStage();
  const ids: string[] = [];
  for (const n of range(count)) ids.push(String((await stage.ask('POST', '/users', person(n))).body['id']));
  await stage.mirror.converge();
  return ids;
}

/** The first of them were deleted so many days ago, and are shut out. */
async function deleted(
  count: number,
  { bystanders, daysAgo }: { bystanders: number; daysAgo: number },
): Promise<string[]> {
  const leavers = (await enter(count + bystanders)).slice(0, count);
  for (const id of leavers) await stage.move(id, 'delete');
  await stage.mirror.converge();
  await stage.mirror.database.sql(
    `UPDATE users SET status_changed_at = now() - $2 * interval '1 day' WHERE id = ANY($1::uuid[])`,
    [leavers, daysAgo],
  );
  return leavers;
}

const calls = (slug: ProviderSlug) => [...stage.mirror.simulators.running[slug].log.since(0)];
const destroyed = (slug: ProviderSlug): number => destructiveCalls(slug, calls(slug)).length;
const bodyOf = async (id: string) => (await stage.ask('GET', `/users/${id}`)).body;
const statusOf = async (id: string): Promise<unknown> => (await bodyOf(id))['status'];

describe('a legal hold', () => {
  const legalHold = (id: string) => `/users/${id}/legal-hold`;

  it('keeps every account of somebody whose time has come, whoever asks, until it is lifted', async () => {
    const [held = '', other = ''] = await deleted(2, { bystanders: 2, daysAgo: 31 });
    const placed = await stage.ask('PUT', legalHold(held), { reason: 'a lawsuit' });
    expect([placed.status, placed.body['legalHoldAt']]).toEqual([200, expect.any(String)]);
    await stage.mirror.converge();
    expect([await statusOf(held), await statusOf(other)]).toEqual(['deleted', 'purged']);

    for (const json of [{}, { notBefore: '2999-01-01T00:00:00Z' }]) {
      const refused = await stage.move(held, 'purge', json);
      expect(refused).toMatchObject({ status: 409, body: { code: 'legal_hold' } });
      expect(refused.body['detail']).toContain('DELETE /v1/users/{id}/legal-hold');
    }
    for (const slug of PROVIDER_SLUGS)
      expect([slug, destroyed(slug), stage.held(slug).size]).toEqual([slug, 1, 3]);

    expect((await stage.ask('DELETE', legalHold(held))).body['legalHoldAt']).toBeNull();
    await stage.mirror.converge();
    expect(await statusOf(held)).toBe('purged');
    for (const slug of PROVIDER_SLUGS)
      expect([slug, destroyed(slug), stage.held(slug).size]).toEqual([slug, 2, 2]);
    expect(await stage.ask('PUT', legalHold(held), { reason: 'too late' })).toMatchObject({
      status: 409,
      body: { code: 'wrong_status', state: 'purged' },
    });
  });

  it('keeps a purge waiting that was put off, and shuts nobody out or in', async () => {
    const [id = ''] = await deleted(1, { bystanders: 2, daysAgo: 0 });
    await stage.move(id, 'purge', { notBefore: new Date(Date.now() + 50).toISOString() });
    await stage.ask('PUT', legalHold(id), { reason: 'a lawsuit' });
    await delay(60);
    await stage.mirror.converge();
    expect(await statusOf(id)).toBe('deleted');
    expect((await stage.move(id, 'restore')).status).toBe(200);
    await stage.mirror.converge();
    expect(stage.held('passage').size).toBe(3);
    expect([...stage.held('passage').values()].map(({ state }) => state)).toEqual(['live', 'live', 'live']);
  });

  it('keeps passkeys where they are, which nothing would bring back', async () => {
    const [id = ''] = await enter(2);
    const { externalKey } = await bodyOf(id);
    await stage.ask('PUT', legalHold(id), { reason: 'a lawsuit' });
    const account = String((await linkOf(stage.mirror.database, id, 'sendauth'))['account_id']);
    stage.mirror.simulators.providers.sendauth.plant({
      op: 'put',
      account: {
        id: account,
        email: person(1).email,
        firstName: 'Given',
        lastName: 'Family',
        hasPasskeys: true,
      },
    });
    const path = `/users/${id}/providers/sendauth/passkeys`;
    const ask = () => stage.ask('DELETE', path, { confirm: externalKey });
    const removals = () => calls('sendauth').filter((call) => call.method === 'DELETE').length;
    expect(await ask()).toMatchObject({ status: 409, body: { code: 'legal_hold' } });
    expect(removals()).toBe(0);
    await stage.ask('DELETE', legalHold(id));
    expect([(await ask()).status, removals()]).toEqual([204, 1]);
  });

  it('ends the erasure of a profile that was owed, for good', async () => {
    const [id = ''] = await deleted(1, { bystanders: 2, daysAgo: 0 });
    const { externalKey } = await bodyOf(id);
    const path = `/users/${id}/providers/sunshine/erase-profile`;
    const erase = () => stage.ask('POST', path, { confirm: externalKey });
    expect((await erase()).status).toBe(202);
    expect((await stage.ask('PUT', legalHold(id), { reason: 'a lawsuit' })).status).toBe(200);
    expect(await erase()).toMatchObject({ status: 409, body: { code: 'legal_hold' } });
    await stage.ask('DELETE', legalHold(id));
    await stage.mirror.converge();
    expect(calls('sunshine').filter(({ method }) => method === 'DELETE')).toEqual([]);
    expect(await linkOf(stage.mirror.database, id, 'sunshine')).toMatchObject({ owed: [], park_code: null });
  });

  it('is refused while the erasure of a profile may be under way', async () => {
    const [id = ''] = await deleted(1, { bystanders: 2, daysAgo: 0 });
    const { externalKey } = await bodyOf(id);
    stage.mirror.simulators.running.sunshine.latencyMs = 400;
    await stage.ask('POST', `/users/${id}/providers/sunshine/erase-profile`, { confirm: externalKey });
    const working = stage.mirror.worker.pass();
    await delay(200);
    const refused = await stage.ask('PUT', legalHold(id), { reason: 'a lawsuit' });
    expect(refused).toMatchObject({ status: 409, body: { code: 'erasure_in_flight' } });
    await working;
    stage.mirror.simulators.running.sunshine.latencyMs = 0;
    await stage.mirror.converge();
    expect((await stage.ask('PUT', legalHold(id), { reason: 'a lawsuit' })).status).toBe(200);
    const { body } = await stage.move(id, 'restore');
    expect(body['accounts']).toContainEqual(
      expect.objectContaining({ provider: 'sunshine', loses: [expect.stringContaining('profile')] }),
    );
  });
});

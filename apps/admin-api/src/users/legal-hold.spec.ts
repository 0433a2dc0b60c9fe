import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Ask, startTestApi, type TestApi } from '../api.harness.js';

describe('legal holds over the API', () => {
  let api: TestApi;
  let count = 0;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.close());

  async function deletedUser(): Promise<string> {
    count += 1;
    const { body } = await api.ask('/v1/users', { json: { externalKey: `legal-${count}` } });
    await api.ask(`/v1/users/${body.id}`, { method: 'DELETE' });
    return body.id;
  }
  const hold = (id: string, ask: Ask) => api.ask(`/v1/users/${id}/legal-hold`, ask);
  const place = (id: string, headers: Ask['headers'] = {}) =>
    hold(id, { method: 'PUT', json: { reason: 'a lawsuit' }, headers });

  it('show in the user and its tag, and are placed and lifted as often as one asks', async () => {
    const id = await deletedUser();
    const before = (await api.ask(`/v1/users/${id}`)).headers.get('etag') ?? '';
    api.rung.length = 0;
    const placed = await place(id, { 'if-match': before });
    expect(JSON.parse(placed.text)).toMatchObject({ id, status: 'deleted', legalHoldAt: expect.any(String) });
    const tag = placed.headers.get('etag');
    expect(tag).not.toBe(before);
    expect((await api.ask(`/v1/users/${id}`)).headers.get('etag')).toBe(tag);
    expect((await place(id)).headers.get('etag')).toBe(tag);
    for (const time of ['first', 'second']) {
      const lifted = await hold(id, { method: 'DELETE' });
      expect([time, lifted.status, lifted.headers.get('etag')]).toEqual([time, 200, before]);
      expect(JSON.parse(lifted.text)).toMatchObject({ legalHoldAt: null });
    }
    expect(api.rung).toEqual([]);
  });

  it('are bound to what the caller last saw by If-Match', async () => {
    const id = await deletedUser();
    await place(id);
    for (const method of ['PUT', 'DELETE'] as const) {
      const json = method === 'PUT' ? { json: { reason: 'late' } } : {};
      const late = await hold(id, { method, headers: { 'if-match': '"1.1"' }, ...json });
      expect([late.status, late.body.code]).toEqual([412, 'revision_mismatch']);
    }
  });

  it('refuse a purge with what to do, at once or later', async () => {
    const id = await deletedUser();
    await place(id);
    for (const json of [{}, { notBefore: '2999-01-01T00:00:00Z' }, { overrideBudget: { reason: 'now' } }]) {
      const { status, body } = await api.ask(`/v1/users/${id}/purge`, { json });
      expect([status, body.code, body.detail]).toEqual([409, 'legal_hold', expect.stringMatching(/lift it/)]);
    }
    await hold(id, { method: 'DELETE' });
    expect((await api.ask(`/v1/users/${id}/purge`, { method: 'POST' })).status).toBe(200);
    const late = await place(id);
    expect([late.status, late.body.code, late.body.state]).toEqual([409, 'wrong_status', 'purging']);
  });

  it.each([
    ['nothing', undefined, 400],
    ['no reason', {}, 400],
    ['an empty one', { reason: ' ' }, 422],
    ['more than a reason', { reason: 'a lawsuit', until: '2027-01-01' }, 400],
  ])('are not placed with %s', async (_, json, status) => {
    const id = await deletedUser();
    expect((await hold(id, { method: 'PUT', json })).status).toBe(status);
    expect(JSON.parse((await api.ask(`/v1/users/${id}`)).text)).toMatchObject({ legalHoldAt: null });
  });

  it('are not lifted with a body, and are of no user that is not there', async () => {
    const id = await deletedUser();
    expect((await hold(id, { method: 'DELETE', json: { reason: 'over' } })).status).toBe(400);
    expect((await place('0196f3a0-0000-7000-8000-000000000000')).body.code).toBe('user_not_found');
  });
});

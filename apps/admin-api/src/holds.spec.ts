import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from './api.harness.js';

/** As the engine leaves a link whose suspension is held. */
const HELD = `handled = wanted, held_class = 'suspend', held_step = 'suspend', held_state = 'live', held_at = now(),
  held_status_revision = (SELECT status_revision FROM users WHERE id = user_id)`;

describe('held changes over the API', () => {
  let api: TestApi;
  let ids: string[];
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.close());
  beforeEach(async () => {
    await api.database.sql('TRUNCATE users, links, audit, audit_values CASCADE');
    api.rung.length = 0;
    ids = [];
    for (const n of [1, 2, 3]) {
      const { body } = await api.ask('/v1/users', {
        json: { externalKey: `h-${n}`, email: `h${n}@example.com` },
      });
      await api.ask(`/v1/users/${body.id}`, { method: 'DELETE' });
      ids.push(body.id);
    }
    await api.database.sql(`UPDATE links SET ${HELD} WHERE provider = 'north'`);
    ids.sort();
  });

  const listed = async () => (await api.ask('/v1/holds')).body.holds;
  const decide = (verb: 'approve' | 'reject', json: object, key?: string) =>
    api.ask(`/v1/holds/${verb}`, { json, ...(key === undefined ? {} : { key }) });
  async function theHold(): Promise<{ provider: string; class: string; hash: string }> {
    const [hold] = await listed();
    return { provider: 'north', class: hold?.class ?? '', hash: hold?.hash ?? '' };
  }

  it('are listed with count, hash, expiry and ids, and no personal value', async () => {
    const answer = await api.ask('/v1/holds');
    expect(answer.body.holds).toEqual([
      {
        provider: 'north',
        class: 'suspend',
        count: 3,
        steps: { suspend: 3 },
        since: expect.any(String),
        hash: expect.any(String),
        expiresAt: expect.any(String),
        sample: ids,
      },
    ]);
    expect(answer.text).not.toMatch(/h-1|example/);
    const { body } = await api.ask('/v1/convergence');
    expect(body.providers[0]).toMatchObject({ provider: 'north', held: 3 });
  });

  it('are listed person by person, page by page', async () => {
    const first = await api.ask('/v1/holds/users?provider=north&class=suspend&limit=2');
    expect(first.body.users).toEqual(
      ids.slice(0, 2).map((userId) => expect.objectContaining({ userId, step: 'suspend', state: 'live' })),
    );
    const next = `/v1/holds/users?provider=north&class=suspend&cursor=${first.body.nextCursor ?? ''}`;
    expect((await api.ask(next)).body).toMatchObject({ users: [{ userId: ids[2] }], nextCursor: null });
    expect((await api.ask(next.replace('suspend', 'remove'))).status).toBe(400);
    expect((await api.ask('/v1/holds/users?provider=north&class=other')).status).toBe(422);
  });

  it('G06: are approved once, by the hash of the set, and then are due at once', async () => {
    const hold = await theHold();
    expect(await decide('approve', { ...hold, hash: 'x' })).toMatchObject({
      status: 409,
      body: { code: 'hold_changed' },
    });
    const approved = await decide('approve', { ...hold, reason: 'the site closes' });
    expect([approved.status, approved.body]).toEqual([
      200,
      { provider: 'north', class: 'suspend', decision: 'approved', count: 3 },
    ]);
    expect(api.rung.at(-1)).toEqual({ lane: 'revocation', userIds: [] });
    expect(await listed()).toEqual([]);
    expect(await decide('approve', hold)).toMatchObject({ status: 409, body: { code: 'hold_changed' } });
    const due = await api.database.sql(
      `SELECT count(*)::int AS n FROM links WHERE provider = 'north' AND wanted > handled AND held_decision = 'approved'`,
    );
    expect(due).toEqual([{ n: 3 }]);
    const [entry] = await api.database.sql(
      `SELECT actor, detail - 'hash' AS detail FROM audit WHERE action = 'hold.approve' AND user_id IS NULL`,
    );
    expect(entry).toEqual({
      actor: 'key:bootstrap',
      detail: { class: 'suspend', count: 3, reason: 'the site closes' },
    });
  });

  it('are rejected, and their links say so', async () => {
    expect((await decide('reject', await theHold())).status).toBe(200);
    expect(await listed()).toEqual([]);
    const { body } = await api.ask(`/v1/users/${ids[0] ?? ''}/links`);
    expect(body.links).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          provider: 'north',
          standing: 'parked',
          parked: expect.objectContaining({ reason: 'change_rejected' }),
          heldStep: 'suspend',
          hold: { class: 'suspend', since: expect.any(String), decision: 'rejected' },
        }),
      ]),
    );
  });

  it('a body that says anything else is refused field by field', async () => {
    const hold = await theHold();
    for (const json of [{}, { ...hold, all: true }, { ...hold, class: 'x' }, { ...hold, reason: '  ' }]) {
      expect([400, 422]).toContain((await decide('approve', json)).status);
    }
    expect(await listed()).toHaveLength(1);
  });

  it('a budget is passed over with a reason and the scope of approvals alone', async () => {
    const { body } = await api.ask('/v1/users', { json: { externalKey: 'one' } });
    const path = `/v1/users/${body.id}`;
    const override = { overrideBudget: { reason: 'left in a hurry' } };
    const writer = await api.addKey(['users:write', 'users:delete', 'users:purge']);
    const approver = await api.addKey(['users:write', 'users:delete', 'users:purge', 'holds:approve']);
    for (const [method, verb] of [
      ['POST', '/deactivate'],
      ['DELETE', ''],
      ['POST', '/purge'],
    ] as const) {
      const ask = { method, json: override };
      expect((await api.ask(path + verb, { ...ask, key: writer })).body.code).toBe('forbidden');
      expect(
        (await api.ask(path + verb, { ...ask, json: { overrideBudget: {} }, key: approver })).status,
      ).toBe(400);
      expect((await api.ask(path + verb, { ...ask, key: approver })).status).toBe(200);
      const [row] = await api.database.sql(
        'SELECT budget_override_revision = status_revision AS passes FROM users WHERE id = $1',
        [body.id],
      );
      expect([verb, row]).toEqual([verb, { passes: true }]);
    }
    const late = { notBefore: '2099-01-01T00:00:00Z', ...override };
    expect((await api.ask(`${path}/purge`, { json: late })).status).toBe(422);
    expect((await api.ask(`${path}/restore`, { json: override })).status).toBe(400);
  });
});

describe('held changes, where four eyes are asked for', () => {
  it('G06: are not approved by the key that asked for them, and nobody passes a budget over', async () => {
    const api = await startTestApi({ fourEyes: true });
    try {
      const { body } = await api.ask('/v1/users', { json: { externalKey: 'one' } });
      await api.ask(`/v1/users/${body.id}`, { method: 'DELETE' });
      await api.database.sql(`UPDATE links SET ${HELD} WHERE provider = 'north'`);
      const [hold] = (await api.ask('/v1/holds')).body.holds;
      const json = { provider: 'north', class: 'suspend', hash: hold?.hash };
      expect(await api.ask('/v1/holds/approve', { json })).toMatchObject({
        status: 403,
        body: { code: 'four_eyes_required' },
      });
      const purge = { json: { overrideBudget: { reason: 'now' } } };
      expect((await api.ask(`/v1/users/${body.id}/purge`, purge)).body.code).toBe('four_eyes_required');
      const key = await api.addKey(['holds:approve']);
      expect((await api.ask('/v1/holds/approve', { json, key })).status).toBe(200);
    } finally {
      await api.close();
    }
  });
});

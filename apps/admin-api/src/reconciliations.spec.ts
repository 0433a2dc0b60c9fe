import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { recordFindings } from '#store';
import { startTestApi, type Answer, type TestApi } from './api.harness.js';

describe('reconciliations over the API', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.close());
  beforeEach(async () => {
    await api.database.sql('TRUNCATE runs, findings, audit, audit_values CASCADE');
  });

  const ask = (json: object): Promise<Answer> => api.ask('/v1/reconciliations', { json });

  it('are asked for at all providers or some, and read and cancelled one by one', async () => {
    const asked = await ask({ mode: 'apply' });
    expect(asked.status).toBe(202);
    const [north, south] = asked.body.runs;
    expect([north, south]).toMatchObject([
      {
        provider: 'north',
        mode: 'apply',
        trigger: 'request',
        requestedBy: 'key:bootstrap',
        scope: null,
        state: 'waiting',
        progress: { pages: 0, seen: 0, expected: null, expectedFrom: null },
        counts: {},
      },
      { provider: 'south' },
    ]);
    const path = `/v1/reconciliations/${north?.id ?? ''}`;
    expect((await api.ask(path)).body).toEqual(north);
    const cancelled = await api.ask(`${path}/cancel`, { method: 'POST' });
    expect([cancelled.status, cancelled.body.state]).toEqual([202, 'cancelled']);
    const userIds = [v7()];
    const scoped = await ask({ mode: 'preview', providers: ['north'], scope: { userIds } });
    expect(scoped.body.runs).toMatchObject([{ mode: 'preview', scope: { userIds } }]);
    expect((await ask({ mode: 'apply', providers: ['south'] })).body.runs).toEqual([south]);
    const actions = await api.database.sql('SELECT action, actor FROM audit ORDER BY id');
    expect(actions).toHaveLength(5);
    expect(actions[2]).toEqual({ action: 'reconciliation.cancel', actor: 'key:bootstrap' });
  });

  it('a request is never answered another run than it asked for, and begins none beside it', async () => {
    const [one, other] = [v7(), v7()];
    const few = { mode: 'preview', providers: ['south'], scope: { userIds: [one, other] } };
    const [open] = (await ask(few)).body.runs;
    const sameAgain = { ...few, scope: { userIds: [other, one, other] } };
    expect((await ask(sameAgain)).body.runs).toEqual([open]);
    const others = [
      { mode: 'preview' },
      { ...few, mode: 'apply' },
      { ...few, scope: { userIds: [one] } },
      { ...few, providers: ['north', 'south'], mode: 'apply' },
    ];
    const recorded = await api.database.sql('SELECT id FROM audit');
    for (const json of others) {
      const { status, body } = await ask(json);
      const { id = '' } = open ?? {};
      const runs = [{ id, provider: 'south', mode: 'preview', scope: { userIds: [one, other] } }];
      expect([json, status, body.code, body.runs]).toEqual([json, 409, 'reconciliation_open', runs]);
    }
    expect(await api.database.sql('SELECT id FROM runs')).toEqual([{ id: open?.id }]);
    expect(await api.database.sql('SELECT id FROM audit')).toEqual(recorded);
  });

  it('are listed page by page, by provider and state', async () => {
    await ask({ mode: 'apply' });
    const first = await api.ask('/v1/reconciliations?limit=1');
    expect(first.body.runs).toHaveLength(1);
    const next = `/v1/reconciliations?limit=1&cursor=${first.body.nextCursor ?? ''}`;
    expect((await api.ask(next)).body).toMatchObject({ runs: [{ provider: 'north' }], nextCursor: null });
    expect((await api.ask(`${next}&state=waiting`)).status).toBe(400);
    const of = (await api.ask('/v1/reconciliations?provider=south&state=waiting')).body.runs;
    expect(of).toMatchObject([{ provider: 'south' }]);
  });

  it('what cannot be asked for is refused', async () => {
    const wrong: readonly [object, number][] = [
      [{}, 422],
      [{ mode: 'repair' }, 422],
      [{ mode: 'apply', providers: [] }, 422],
      [{ mode: 'apply', providers: ['nowhere'] }, 422],
      [{ mode: 'apply', scope: { userIds: [] } }, 422],
      [{ mode: 'apply', scope: { userIds: ['me'] } }, 422],
      [{ mode: 'apply', scope: { userIds: Array.from({ length: 1_001 }, () => v7()) } }, 422],
      [{ mode: 'apply', all: true }, 400],
    ];
    for (const [json, status] of wrong) expect([json, (await ask(json)).status]).toEqual([json, status]);
    for (const id of [v7(), 'x']) {
      expect((await api.ask(`/v1/reconciliations/${id}`)).body.code).toBe('reconciliation_not_found');
      expect((await api.ask(`/v1/reconciliations/${id}/cancel`, { method: 'POST' })).status).toBe(404);
    }
    expect(await api.database.sql('SELECT 1 FROM runs')).toEqual([]);
  });

  it('findings are listed by provider, kind and state, page by page', async () => {
    const [run] = (await ask({ mode: 'apply' })).body.runs;
    const orphan = { kind: 'orphan', userId: null, detail: { state: 'live' } } as const;
    await recordFindings(api.roster, { provider: 'north', runId: run?.id ?? '' }, [
      { ...orphan, accountId: 'a' },
      { ...orphan, accountId: 'b' },
    ]);
    const first = await api.ask('/v1/findings?provider=north&kind=orphan&state=open&limit=1');
    expect(first.body.findings).toMatchObject([
      { provider: 'north', accountId: 'a', detail: { state: 'live' } },
    ]);
    const next = `/v1/findings?provider=north&kind=orphan&state=open&cursor=${first.body.nextCursor ?? ''}`;
    expect((await api.ask(next)).body).toMatchObject({ findings: [{ accountId: 'b' }], nextCursor: null });
    expect((await api.ask('/v1/findings?kind=unlinked')).body.findings).toEqual([]);
    const [one] = first.body.findings;
    expect((await api.ask(`/v1/findings/${one?.id}`)).body).toEqual(one);
    for (const id of ['nothing', v7()])
      expect(await api.ask(`/v1/findings/${id}`)).toMatchObject({
        status: 404,
        body: { code: 'finding_not_found' },
      });
    expect((await api.ask('/v1/findings?kind=nothing')).status).toBe(422);
    expect(first.text).not.toContain('subject');
  });

  it('a halt over a listing is ended with a reason, and no other halt is', async () => {
    const resume = (json: object): Promise<Answer> => api.ask('/v1/providers/north/resume', { json });
    const json = { reason: 'they closed a site over there' };
    await api.database.sql(
      `UPDATE providers SET halt_scope = 'all', halt_reason = 'http_401' WHERE slug = 'north'`,
    );
    expect((await resume(json)).body.code).toBe('not_halted');
    await api.database.sql(`UPDATE providers SET halt_scope = 'widening' WHERE slug = 'north'`);
    expect((await resume({})).status).toBe(400);
    expect((await resume(json)).status).toBe(204);
    expect(await api.database.sql(`SELECT halt_scope FROM providers WHERE slug = 'north'`)).toEqual([
      { halt_scope: null },
    ]);
    expect(await api.database.sql('SELECT action, provider, detail FROM audit')).toEqual([
      { action: 'provider.resume', provider: 'north', detail: json },
    ]);
    expect((await resume(json)).status).toBe(409);
  });
});

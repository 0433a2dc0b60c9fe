import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSendauth, type SendauthService } from '../../../../test/support/simulated-kinds.js';
import { contextOf } from '#http';
import {
  ENFORCE_ALL,
  chooseLowering,
  ProviderError,
  type AccountOperations,
  type ProviderInstance,
} from '#identity-provider';
import { startTestApi, type TestApi } from '../api.harness.js';
import { OFFERS } from './offers.js';
import { scriptedInstance } from './scripted-instance.harness.js';

/** Would be told by whatever repeats what a provider says or a caller sent. */
const SECRET = 'Ana Anything';

describe('one user at one provider', () => {
  let sendauth: SendauthService;
  let api: TestApi;
  let real: ProviderInstance;
  let scripted: AccountOperations = {};
  let count = 0;
  beforeAll(async () => {
    sendauth = await startSendauth();
    const common = {
      slug: 'sendauth',
      kind: 'sendauth',
      concurrency: 4,
      callsPerSecond: null,
      assignment: null,
    };
    const built = sendauth.buildAll();
    const lowering = chooseLowering(built.provider.capabilities.lowering);
    real = { ...common, ...built, lowering, drift: ENFORCE_ALL };
    const removePasskeys: AccountOperations['removePasskeys'] = async (target, context) =>
      scripted.removePasskeys?.(target, context);
    const east = scriptedInstance('east', { operations: { removePasskeys }, callsPerSecond: 20 });
    api = await startTestApi({ instances: [real, east] });
  });
  afterAll(async () => {
    await api.close();
    await sendauth.close();
  });

  /** A user whose links hold an account, at SendAuth a real one. */
  async function hired() {
    count += 1;
    const email = `ana.${count}@example.com`;
    const { body } = await api.ask('/v1/users', {
      json: { externalKey: `u-${count}`, email, displayName: SECRET },
    });
    const attributes = { firstName: 'Ana', lastName: 'Anything', email, phone: null, 'company.name': null };
    const target = { accountId: null, remoteKey: body.externalKey };
    const created = await real.provider.apply({ kind: 'provision', attributes }, target, contextOf());
    await api.database.sql(
      `UPDATE links SET handled = wanted, certainty = 'certain', observed_state = 'live',
         account_id = CASE provider WHEN 'sendauth' THEN $2 ELSE provider || user_id END
       WHERE user_id = $1`,
      [body.id, created.accountId],
    );
    return body;
  }
  const path = (id: string, slug: string, below = '') => `/v1/users/${id}/providers/${slug}${below}`;
  const entriesOf = (id: string) =>
    api.database.sql<{ action: string; detail: object }>(
      `SELECT action, detail FROM audit WHERE user_id = $1 AND action LIKE 'account.%' ORDER BY id`,
      [id],
    );
  const remove = (user: { id: string; externalKey: string }) =>
    api.ask(path(user.id, 'east', '/passkeys'), { method: 'DELETE', json: { confirm: user.externalKey } });

  it('every operation has its route, fully described', async () => {
    const { body } = await api.ask('/docs-json', { key: null });
    for (const { path: below } of Object.values(OFFERS)) {
      const described = body.paths[`/v1/users/{id}/providers/{provider}${below === '' ? '' : `/${below}`}`];
      expect(described).toBeDefined();
      for (const operation of Object.values(described ?? {})) {
        const success = Object.keys(operation.responses).find((status) => status.startsWith('2'));
        expect(success).toBeDefined();
        if (success === '204') continue;
        const content = operation.responses[success ?? '']?.content['application/json'];
        expect(content?.schema.required).not.toEqual([]);
      }
    }
  });

  it('a body is described as needed exactly where it is', async () => {
    const { body } = await api.ask('/docs-json', { key: null });
    const optional = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.values(methods)
        .filter((operation) => 'requestBody' in operation && operation.requestBody.required !== true)
        .map(({ requestBody }) => [
          path.split('/').at(-1),
          Object.keys(requestBody.content['application/json']?.schema ?? {}),
        ]),
    );
    expect(optional).toEqual([
      ['reactivate', ['anyOf']],
      ['restore', ['anyOf']],
      ['purge', ['anyOf']],
      ['authenticate', ['anyOf']],
      ['approve', ['anyOf']],
      ['reject', ['anyOf']],
    ]);
  });

  it('what is not offered is answered as such, whatever else is wrong with the request', async () => {
    const { id } = await hired();
    for (const [below, method, json] of [
      ['/stats', 'GET', undefined],
      ['/audits?page=0', 'GET', undefined],
      ['/authenticate', 'POST', { nonsense: 1 }],
      ['/tags', 'PUT', {}],
      ['/erase-profile', 'POST', { confirm: 7 }],
    ] as const) {
      const { status, body } = await api.ask(path(id, 'east', below), { method, json });
      expect([below, status, body.code]).toEqual([below, 501, 'operation_not_offered']);
      expect(body.offers).toMatchObject([{ operation: 'readAccount' }, { operation: 'removePasskeys' }]);
      const nowhere = await api.ask(path(id, 'west', below), { method, json });
      expect([below, nowhere.status, nowhere.body.code]).toEqual([below, 404, 'provider_not_found']);
    }
  });

  it('a provider that this process has no settings for is told from one that does not exist', async () => {
    const { id } = await hired();
    const known = await api.ask(path(id, 'north'));
    expect([known.status, known.body.code]).toEqual([409, 'provider_not_configured']);
    for (const slug of ['west', '..%2f..', '%00', 'x'.repeat(300), '%F0%9F%98%80']) {
      const { status, body } = await api.ask(path(id, slug));
      expect([400, 404, 414]).toContain(status);
      if (slug === 'west') expect(body.detail).toContain('east, north, sendauth, south');
    }
  });

  it('one that another process has disabled is left alone', async () => {
    const user = await hired();
    await api.database.sql(`UPDATE providers SET enabled = false WHERE slug = 'sendauth'`);
    const before = sendauth.running.log.counts.total;
    const answer = await api.ask(path(user.id, 'sendauth'));
    await api.database.sql(`UPDATE providers SET enabled = true WHERE slug = 'sendauth'`);
    expect([answer.status, answer.body.code]).toEqual([409, 'provider_disabled']);
    expect(sendauth.running.log.counts.total).toBe(before);
  });

  it('what was done is answered as done, also when that can no longer be recorded', async () => {
    const user = await hired();
    scripted = {
      async removePasskeys() {
        await api.database.sql('ALTER TABLE audit RENAME TO audit_away');
      },
    };
    const { status } = await remove(user);
    await api.database.sql('ALTER TABLE audit_away RENAME TO audit');
    expect(status).toBe(204);
    expect(await entriesOf(user.id)).toMatchObject([{ detail: { outcome: 'intended' } }]);
    expect(api.logged.join('')).toContain('the outcome of a call could not be recorded');
  });

  it.each([
    ['refused', 'user_not_found', new ProviderError('notFound', { reason: 'user_not_found' }), 404],
    ['refused', 'ECONNREFUSED', new ProviderError('unreachable', { reason: 'ECONNREFUSED' }), 502],
    ['unknown', 'timeout', new ProviderError('outcomeUnknown', { reason: 'timeout' }), 502],
    ['unknown', 'not_json', new ProviderError('protocol', { reason: 'not_json' }), 502],
    ['unknown', 'internal', new Error(`a defect about ${SECRET}`), 500],
  ])('a call that failed is recorded as %s (%s)', async (outcome, reason, error, status) => {
    const user = await hired();
    scripted = {
      async removePasskeys(_, context) {
        (await context.admit({ mutating: true, timeoutMs: 1_000 }))();
        throw error;
      },
    };
    const answer = await remove(user);
    expect(answer.status).toBe(status);
    expect(await entriesOf(user.id)).toEqual([
      { action: 'account.remove_passkeys', detail: { outcome: 'intended' } },
      { action: 'account.remove_passkeys', detail: { outcome, reason } },
    ]);
    expect(answer.text).not.toContain(SECRET);
  });

  it('nothing is sent, and nothing recorded, of a link that holds no account', async () => {
    const user = await hired();
    await api.database.sql(`UPDATE links SET account_id = NULL WHERE user_id = $1`, [user.id]);
    const before = sendauth.running.log.counts.total;
    const audits = await api.ask(path(user.id, 'sendauth', '/audits'));
    expect([audits.status, audits.body.code, audits.body.state]).toEqual([
      404,
      'account_not_found',
      'unlinked',
    ]);
    const registered = await api.ask(path(user.id, 'sendauth', '/register'), { method: 'POST' });
    expect([registered.status, registered.body.code]).toEqual([404, 'account_not_found']);
    expect(sendauth.running.log.counts.total).toBe(before);
    expect(await entriesOf(user.id)).toMatchObject([
      { detail: { outcome: 'intended' } },
      { detail: { outcome: 'refused', reason: 'no_account' } },
    ]);
  });

  it('tags ring for the mirror once, and only when they change', async () => {
    const user = await hired();
    const put = () =>
      api.ask(path(user.id, 'sendauth', '/tags'), { method: 'PUT', json: { tags: { team: 'red' } } });
    expect((await put()).headers.get('etag')).toBe('"1.2"');
    expect(api.rung.at(-1)).toEqual({ lane: 'live', userIds: [user.id] });
    const before = api.rung.length;
    expect((await put()).headers.get('etag')).toBe('"1.2"');
    expect(api.rung).toHaveLength(before);
    expect(await entriesOf(user.id)).toEqual([]);
  });

  it('P23 nothing personal was told to the log', () => {
    expect(api.logged.join('')).not.toMatch(/Ana|example\.com|u-\d/);
  });
});

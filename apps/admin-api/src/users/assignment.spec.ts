import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Ask, startTestApi, type TestApi } from '../api.harness.js';
import { scriptedInstance } from '../accounts/scripted-instance.harness.js';
import { linkView } from '../docs/views.js';

describe('assignments over the API', () => {
  let api: TestApi;
  let count = 0;
  beforeAll(async () => {
    const assignment = [{ subject: { kind: 'tags', name: 'team' }, values: ['a', 'b'] }] as const;
    api = await startTestApi({ instances: [scriptedInstance('east', { assignment })] });
  });
  afterAll(() => api.close());

  async function user(): Promise<string> {
    count += 1;
    return (await api.ask('/v1/users', { json: { externalKey: `scope-${count}` } })).body.id;
  }
  const at = (id: string, ask: Ask, provider = 'north') =>
    api.ask(`/v1/users/${id}/providers/${provider}/assignment`, ask);
  const put = (id: string, assigned: boolean, headers: Ask['headers'] = {}, provider = 'north') =>
    at(id, { method: 'PUT', json: { assigned, reason: 'on leave' }, headers }, provider);
  const linkAt = (text: string) => linkView.parse(JSON.parse(text));

  it('are said, said again, and taken back; each is told to whoever mirrors, and to the audit', async () => {
    const id = await user();
    api.rung.length = 0;
    const out = await put(id, false);
    expect([out.status, linkAt(out.text)]).toMatchObject([
      200,
      { provider: 'north', assigned: false, assignedBy: 'override', lane: 'revocation' },
    ]);
    expect((await put(id, false)).status).toBe(200);
    expect(linkAt((await put(id, true)).text)).toMatchObject({ assigned: true, assignedBy: 'override' });
    const back = await at(id, { method: 'DELETE' });
    expect(linkAt(back.text)).toMatchObject({ assigned: true, assignedBy: 'rule' });
    expect((await at(id, { method: 'DELETE' })).status).toBe(200);
    expect(api.rung.map(({ lane }) => lane)).toEqual(['revocation', 'restore', 'revocation']);
    const audit = await api.database.sql(
      `SELECT action, provider, detail->>'before' AS before, v.values->>'reason' AS reason
       FROM audit a LEFT JOIN audit_values v ON v.audit_id = a.id
       WHERE a.user_id = $1 AND action LIKE 'user.%ssign%' ORDER BY a.id`,
      [id],
    );
    expect(audit).toEqual([
      { action: 'user.unassign', provider: 'north', before: 'rule', reason: 'on leave' },
      { action: 'user.assign', provider: 'north', before: 'unassigned', reason: 'on leave' },
      { action: 'user.clearAssignment', provider: 'north', before: 'assigned', reason: null },
    ]);
    const { links } = (await api.ask(`/v1/users/${id}/links`)).body as { links: { assignedBy: string }[] };
    expect(links.map(({ assignedBy }) => assignedBy)).toEqual(['rule', 'rule', 'rule']);
  });

  it('are bound to what the caller last saw by If-Match', async () => {
    const id = await user();
    const tag = (await api.ask(`/v1/users/${id}`)).headers.get('etag') ?? '';
    expect((await put(id, false, { 'if-match': '"9.9"' })).body.code).toBe('revision_mismatch');
    expect((await put(id, false, { 'if-match': tag })).status).toBe(200);
    const late = await at(id, { method: 'DELETE', headers: { 'if-match': '"9.9"' } });
    expect([late.status, late.body.code]).toEqual([412, 'revision_mismatch']);
  });

  it('outlive a deletion, and are refused for whoever is being purged and for what there is not', async () => {
    const id = await user();
    await api.ask(`/v1/users/${id}`, { method: 'DELETE' });
    expect((await put(id, false)).status).toBe(200);
    expect((await put(id, false, {}, 'nowhere')).body).toMatchObject({ code: 'link_not_found' });
    expect((await put('0196f3a0-0000-7000-8000-000000000000', false)).body.code).toBe('user_not_found');
    await api.ask(`/v1/users/${id}/purge`, { method: 'POST' });
    const purging = await put(id, true);
    expect([purging.status, purging.body.code, purging.body.state]).toEqual([409, 'wrong_status', 'purging']);
  });

  it.each([
    ['nothing', undefined, 400],
    ['no reason', { assigned: false }, 400],
    ['an empty reason', { assigned: false, reason: ' ' }, 422],
    ['a word', { assigned: 'no', reason: 'x' }, 400],
    ['more', { assigned: false, reason: 'x', until: 'later' }, 400],
  ])('are not said with %s', async (_, json, status) => {
    const id = await user();
    expect((await at(id, { method: 'PUT', json })).status).toBe(status);
  });

  it('show their rule with the provider', async () => {
    const { providers } = (await api.ask('/v1/providers')).body;
    expect(providers.map(({ slug, assignment }) => [slug, assignment])).toEqual([
      ['east', 'tags.team=a,b'],
      ['north', null],
      ['south', null],
    ]);
  });

  it('say in the answer to a reactivation what somebody out of scope comes back to', async () => {
    const id = await user();
    await api.ask(`/v1/users/${id}/deactivate`, { method: 'POST' });
    const { text } = await api.ask(`/v1/users/${id}/reactivate`, { method: 'POST' });
    const { accounts } = JSON.parse(text) as {
      accounts: { provider: string; outcome: string; because?: string }[];
    };
    expect(accounts.find(({ provider }) => provider === 'east')).toMatchObject({
      outcome: 'impossible',
      because: expect.stringContaining('out of scope'),
    });
  });
});

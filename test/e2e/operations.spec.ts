import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { createAdminApi } from '../../apps/admin-api/src/app.js';
import { secretHashOf } from '../../apps/admin-api/src/auth/authenticator.js';
import {
  accountView,
  auditPage,
  statsView,
  transactionPage,
} from '../../apps/admin-api/src/docs/account-views.js';
import { SCOPES } from '../../apps/admin-api/src/auth/scopes.js';
import { startSimulators, type HeldAccount, type ProviderName } from '../../apps/simulators/src/index.js';
import { createLogger, systemClock } from '#observability';
import { setBootstrapKey } from '#store';
import { linkOf, openMirror, type Mirror } from '../support/mirror.js';
import { only, person } from '../support/people.js';
import { trafficWitness } from '../support/traffic.js';

const KEY = 'operations-key-0123456789abcdef';
const PROVIDERS: readonly ProviderName[] = ['vault', 'sunshine', 'passage', 'sendauth'];
const DAY = 'start=2026-01-01T00:00:00Z&end=2099-01-01T00:00:00%2B02:00';

/** Everything beside mirroring, as it is asked for, with a body that is right where there has to be one. */
const ROUTES: readonly {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly json?: object;
}[] = [
  { operation: 'readAccount', method: 'GET', path: '' },
  { operation: 'readStats', method: 'GET', path: `/stats?${DAY}` },
  { operation: 'readAudits', method: 'GET', path: '/audits' },
  { operation: 'readTransactions', method: 'GET', path: '/transactions' },
  { operation: 'startRegistration', method: 'POST', path: '/register' },
  { operation: 'startAuthentication', method: 'POST', path: '/authenticate' },
  { operation: 'removePasskeys', method: 'DELETE', path: '/passkeys', json: { confirm: 'hr-1' } },
  { operation: 'setTags', method: 'PUT', path: '/tags', json: { tags: {} } },
  { operation: 'eraseProfile', method: 'POST', path: '/erase-profile', json: { confirm: 'hr-1' } },
];

/** What each provider offers, as the documents say. */
const OFFERED: Readonly<Record<ProviderName, readonly string[]>> = {
  vault: ['readAccount', 'readStats'],
  sunshine: ['readAccount', 'eraseProfile'],
  passage: ['readAccount'],
  sendauth: [
    'readAccount',
    'readAudits',
    'readTransactions',
    'startRegistration',
    'startAuthentication',
    'removePasskeys',
    'setTags',
  ],
};

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // What each route answers is what the tests are there to find out.
  readonly body: Readonly<Record<string, unknown>>;
}
interface Ask {
  /** Sent as the body. */
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
interface Person {
  readonly id: string;
  readonly externalKey: string;
}

/** The admin API on the database of a mirror. */
async function serve(mirror: Mirror): Promise<NestFastifyApplication> {
  await setBootstrapKey(mirror.database, { id: v7(), secretHash: secretHashOf(KEY), scopes: SCOPES });
  const app = await createAdminApi(
    {
      roster: mirror.roster,
      registry: mirror.registry,
      doorbell: { ring: () => undefined },
      clock: systemClock,
      log: createLogger({ level: 'silent', name: 'test' }),
      budget: { approvalMs: 60_000, fourEyes: false, syncDeletions: { atLeast: 10, percent: 20 } },
      erasure: { periodMs: 30 * 86_400_000 },
      readiness: () => Promise.resolve({ postgres: 'up', schema: 'current', queue: 'up' }),
    },
    { docsPage: false },
  );
  await app.listen(0, '127.0.0.1');
  return app;
}

async function askAt(
  url: string,
  { method, path, json, headers }: Ask & { readonly method: string; readonly path: string },
): Promise<Answer> {
  const answer = await fetch(`${url}/v1/users${path}`, {
    method,
    headers: {
      authorization: `Bearer ${KEY}`,
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const text = await answer.text();
  const body = (text === '' ? {} : JSON.parse(text)) as Answer['body'];
  return { status: answer.status, headers: answer.headers, body };
}

describe('what the mirror itself does not need, over REST', () => {
  let mirror: Mirror;
  let app: NestFastifyApplication;
  let url: string;
  let hired = 0;
  beforeAll(async () => {
    mirror = await openMirror();
    app = await serve(mirror);
    url = await app.getUrl();
  });
  afterEach(async () => {
    for (const name of PROVIDERS) mirror.simulators.running[name].clearFaults();
    await mirror.database.sql(
      `UPDATE providers SET paused_until = NULL, pace_factor = 1, halt_scope = NULL, halt_reason = NULL, probe_at = NULL`,
    );
    await mirror.converge();
  });
  afterAll(async () => {
    await app.close();
    await mirror.close();
  });

  const ask = (method: string, path: string, more: Ask = {}) => askAt(url, { method, path, ...more });
  const at = ({ id }: Person, slug: string, path = ''): string => `/${id}/providers/${slug}${path}`;

  /** Somebody who was entered over REST and is mirrored everywhere. */
  async function hire(more: object = {}): Promise<Person> {
    hired += 1;
    const { status, body } = await ask('POST', '', { json: { ...person(hired), ...more } });
    expect(status).toBe(201);
    await mirror.converge();
    return body as unknown as Person; // a user, whose shape other tests look at
  }
  async function leave(user: Person, verb = ''): Promise<void> {
    const method = verb === '' ? 'DELETE' : 'POST';
    expect((await ask(method, `/${user.id}${verb}`)).status).toBe(200);
    await mirror.converge();
  }
  async function held(user: Person, name: ProviderName): Promise<HeldAccount> {
    const { account_id: accountId } = await linkOf(mirror.database, user.id, name);
    const key = name === 'vault' ? 'consumer_id' : 'id';
    return only(mirror.accounts(name).filter((account) => account[key] === accountId));
  }
  const calls = (name: ProviderName) => mirror.simulators.running[name].log.counts;
  const grantPasskeys = async (user: Person, hasPasskeys = true): Promise<void> => {
    const { id } = await held(user, 'sendauth');
    mirror.simulators.running.sendauth.plant({ op: 'patch', id, account: { hasPasskeys } });
  };
  const auditOf = (user: Person, action: string) =>
    mirror.database.sql<{ outcome: string }>(
      `SELECT actor, provider, detail->>'outcome' AS outcome FROM audit WHERE user_id = $1 AND action = $2 ORDER BY id`,
      [user.id, action],
    );
  const outcomes = async (user: Person, action: string) =>
    (await auditOf(user, action)).map((entry) => entry.outcome);

  describe.each(PROVIDERS)('at %s', (name) => {
    it('every operation is either done or answered with 501 and what there is instead', async () => {
      const user = await hire();
      for (const { operation, method, path, json } of ROUTES) {
        if (OFFERED[name].includes(operation)) continue;
        const before = calls(name).total;
        const { status, body } = await ask(method, at(user, name, path), { json });
        expect([operation, status, body['code']]).toEqual([operation, 501, 'operation_not_offered']);
        expect(body['detail']).toContain(operation);
        const offers = body['offers'] as { operation: string; method: string; path: string }[];
        expect(offers.map((offer) => offer.operation)).toEqual(OFFERED[name]);
        for (const offer of offers) {
          const route = ROUTES.find((each) => each.operation === offer.operation);
          expect(offer.method).toBe(route?.method);
          expect(offer.path).toBe(`/v1/users/{id}/providers/${name}${route?.path.split('?')[0] ?? '?'}`);
        }
        expect(calls(name).total).toBe(before);
      }
    });

    it('the live account stands beside what is wanted and what is known, and looking changes nothing', async () => {
      const user = await hire();
      const link = await linkOf(mirror.database, user.id, name);
      const writes = calls(name).writes;
      const { status, body } = await ask('GET', at(user, name));
      expect(status).toBe(200);
      expect(body).toMatchObject({
        link: { provider: name, standing: 'inSync', accountId: link['account_id'] },
        wanted: { state: 'live', violations: [] },
        held: { state: 'live' },
        live: { state: 'live', accountId: link['account_id'] },
        notLive: null,
        differences: [],
      });
      const { wanted, held: known, live } = body as Record<string, { attributes: object }>;
      expect(live?.attributes).toEqual(wanted?.attributes);
      expect(known?.attributes).toEqual(wanted?.attributes);
      expect(calls(name).writes).toBe(writes);
      expect(await linkOf(mirror.database, user.id, name)).toEqual(link);
    });
  });

  it('what is answered is what the description of the API says', async () => {
    const user = await hire();
    await ask('POST', at(user, 'sendauth', '/register'));
    for (const [name, path, view] of [
      ['vault', '', accountView],
      ['sunshine', '', accountView],
      ['passage', '', accountView],
      ['sendauth', '', accountView],
      ['vault', `/stats?${DAY}`, statsView],
      ['sendauth', '/audits', auditPage],
      ['sendauth', '/transactions', transactionPage],
    ] as const) {
      const { status, body } = await ask('GET', at(user, name, path));
      expect(status).toBe(200);
      // Nothing is left out of the description: what it does not name would be dropped here.
      expect(view.parse(body)).toEqual(body);
    }
  });

  it('callers of the API cannot crowd a provider', async () => {
    const user = await hire();
    mirror.simulators.running.passage.latencyMs = 300;
    const asked = Array.from({ length: 7 }, () => ask('GET', at(user, 'passage')));
    const answers = await Promise.all(asked);
    mirror.simulators.running.passage.latencyMs = 0;
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([200, 200, 200, 200, 429, 429, 429]);
    const refused = answers.find((answer) => answer.status === 429);
    expect([refused?.body['code'], refused?.headers.get('retry-after')]).toEqual(['too_many_calls', '1']);
    expect((await ask('GET', at(user, 'passage'))).status).toBe(200);
  });

  it('an account that was changed over there is shown as it is, and not repaired by being looked at', async () => {
    const user = await hire();
    const id = String((await held(user, 'passage'))['id']);
    mirror.simulators.running.passage.plant({ op: 'patch', id, account: { email: 'moved@example.com' } });
    const { body } = await ask('GET', at(user, 'passage'));
    expect(body).toMatchObject({
      live: { attributes: { email: 'moved@example.com' } },
      differences: ['email'],
    });
    expect((await held(user, 'passage'))['email']).toBe('moved@example.com');
    expect(await linkOf(mirror.database, user.id, 'passage')).toMatchObject({ certainty: 'certain' });
  });

  it('an account that is not there is told as such', async () => {
    const user = await hire();
    const id = String((await held(user, 'vault'))['consumer_id']);
    mirror.simulators.running.vault.plant({ op: 'remove', id });
    const gone = await ask('GET', at(user, 'vault'));
    expect([gone.status, gone.body['live'], gone.body['notLive']]).toEqual([200, null, 'absent']);
    const stats = await ask('GET', at(user, 'vault', `/stats?${DAY}`));
    expect([stats.status, stats.body['code']]).toEqual([404, 'account_not_found']);

    const unheld = await ask('POST', '', { json: person(900 + hired, { email: null }) });
    await mirror.converge();
    const nobody = unheld.body as unknown as Person;
    const look = await ask('GET', at(nobody, 'sendauth'));
    expect([look.status, look.body['live'], look.body['notLive']]).toEqual([
      200,
      null,
      'no_account_recorded',
    ]);
    await leave(nobody);
    mirror.simulators.running.sunshine.plant({
      op: 'remove',
      id: String((await held(nobody, 'sunshine'))['id']),
    });
    expect((await ask('GET', at(nobody, 'sunshine'))).body['notLive']).toBe('absent');
    await mirror.database.sql(
      `UPDATE links SET wanted = wanted + 1, certainty = 'stale' WHERE user_id = $1`,
      [nobody.id],
    );
    await mirror.converge();
    const json = { confirm: nobody.externalKey };
    const erased = await ask('POST', at(nobody, 'sunshine', '/erase-profile'), { json });
    expect([erased.status, erased.body['code'], erased.body['state']]).toEqual([
      409,
      'nothing_to_erase',
      'absent',
    ]);
    const audits = await ask('GET', at(nobody, 'sendauth', '/audits'));
    expect([audits.status, audits.body['code'], audits.body['state']]).toEqual([
      404,
      'account_not_found',
      'unlinked',
    ]);
  });

  it('Vault counts the requests of a consumer between two times', async () => {
    const user = await hire();
    const id = String((await held(user, 'vault'))['consumer_id']);
    const counts = { unify: 3, proxy: 2, vault: 1 };
    mirror.simulators.running.vault.plant({
      op: 'patch',
      id,
      account: { aggregated_request_count: 6, request_counts: counts },
    });
    const { status, body } = await ask('GET', at(user, 'vault', `/stats?${DAY}`));
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({ aggregatedRequestCount: 6, requestCounts: counts }),
    ]);
    const before = await ask(
      'GET',
      at(user, 'vault', '/stats?start=2020-01-01T00:00:00Z&end=2020-02-01T00:00:00Z'),
    );
    expect(before.body['aggregatedRequestCount']).toBe(0);
    const turned = 'start=2020-02-01T00:00:00Z&end=2020-01-01T00:00:00Z';
    for (const query of ['', 'start=2020-01-01&end=2020-02-01', turned, `${DAY}&zone=x`]) {
      expect([400, 422]).toContain((await ask('GET', at(user, 'vault', `/stats?${query}`))).status);
    }
  });

  it('a person is invited to register, asked to authenticate, and what became of it is listed', async () => {
    const user = await hire();
    const invited = await ask('POST', at(user, 'sendauth', '/register'));
    expect(invited.status).toBe(201);
    expect(await held(user, 'sendauth')).toMatchObject({
      transactions: [{ id: invited.body['transaction'], context: 'register', state: 'pending' }],
    });
    const early = await ask('POST', at(user, 'sendauth', '/authenticate'));
    expect([early.status, early.body['code']]).toEqual([409, 'no_passkeys']);

    await grantPasskeys(user);
    const twice = await ask('POST', at(user, 'sendauth', '/register'));
    expect([twice.status, twice.body['code']]).toEqual([409, 'already_has_passkeys']);
    const json = { message: 'Ticket 7: is it you?', connectwise: 'T-7' };
    const asked = await ask('POST', at(user, 'sendauth', '/authenticate'), { json });
    expect(asked.status).toBe(201);

    const listed = await ask('GET', at(user, 'sendauth', '/transactions?perPage=1'));
    expect(listed.body).toMatchObject({ page: 1, perPage: 1, total: 2 });
    expect(listed.body['entries']).toMatchObject([
      { id: asked.body['transaction'], state: 'pending', context: 'authenticate', message: json.message },
    ]);
    const second = await ask('GET', at(user, 'sendauth', '/transactions?page=2&perPage=1'));
    expect(second.body['entries']).toMatchObject([{ id: invited.body['transaction'] }]);
    const found = await ask('GET', at(user, 'sendauth', '/transactions?q=Ticket'));
    expect(found.body['total']).toBe(1);

    expect(await outcomes(user, 'account.register')).toEqual([
      'intended',
      'acknowledged',
      'intended',
      'refused',
    ]);
    expect(await outcomes(user, 'account.authenticate')).toEqual([
      'intended',
      'refused',
      'intended',
      'acknowledged',
    ]);
    const audits = await ask('GET', at(user, 'sendauth', '/audits?perPage=100'));
    expect(audits.status).toBe(200);
    expect(audits.body['total']).toBeGreaterThan(0);
    expect(audits.body['entries']).toContainEqual(
      expect.objectContaining({ action: 'create', type: 'user' }),
    );
  });

  it('pages and searches are held to their bounds before anything is sent', async () => {
    const user = await hire();
    const before = calls('sendauth').total;
    for (const query of [
      'page=0',
      'page=-1',
      'page=1e3',
      'perPage=0',
      'perPage=101',
      `q=${'x'.repeat(257)}`,
      'q=%00',
      'sort=x',
    ]) {
      for (const path of ['audits', 'transactions']) {
        const { status, body } = await ask('GET', at(user, 'sendauth', `/${path}?${query}`));
        expect([400, 422]).toContain(status);
        expect(body['errors']).toHaveLength(1);
      }
    }
    for (const json of [
      { message: 'x'.repeat(1_025) },
      { connectwise: 'x'.repeat(65) },
      { message: 5 },
      { code: 'x' },
    ]) {
      const { status } = await ask('POST', at(user, 'sendauth', '/authenticate'), { json });
      expect([400, 422]).toContain(status);
    }
    expect(calls('sendauth').total).toBe(before);
  });

  it('passkeys go only when the person is named twice, and then for good', async () => {
    const user = await hire();
    await grantPasskeys(user);
    for (const [json, code] of [
      [undefined, 'missing'],
      [{}, 'missing'],
      [{ confirm: 'hr-0' }, 'invalid_value'],
    ] as const) {
      const { status, body } = await ask('DELETE', at(user, 'sendauth', '/passkeys'), { json });
      expect([status, body['code']]).toEqual([422, 'confirmation_required']);
      expect(body['errors']).toMatchObject([{ field: 'confirm', code }]);
      expect(JSON.stringify(body)).not.toContain(user.externalKey);
    }
    const stale = { json: { confirm: user.externalKey }, headers: { 'if-match': '"0.9"' } };
    expect((await ask('DELETE', at(user, 'sendauth', '/passkeys'), stale)).status).toBe(412);
    expect(await held(user, 'sendauth')).toMatchObject({ hasPasskeys: true });
    expect(await outcomes(user, 'account.remove_passkeys')).toEqual([]);

    const { status } = await ask('DELETE', at(user, 'sendauth', '/passkeys'), {
      json: { confirm: user.externalKey },
    });
    expect(status).toBe(204);
    expect(await held(user, 'sendauth')).toMatchObject({ hasPasskeys: false });
    expect(await outcomes(user, 'account.remove_passkeys')).toEqual(['intended', 'acknowledged']);
  });

  it.each([
    ['/deactivate', 'deactivated'],
    ['', 'deleted'],
  ])('a leaver (%s) gets no passkey and is not asked to show one', async (verb, state) => {
    const user = await hire();
    await leave(user, verb);
    const before = calls('sendauth').total;
    for (const path of ['/register', '/authenticate']) {
      const { status, body } = await ask('POST', at(user, 'sendauth', path));
      expect([status, body['code'], body['state']]).toEqual([409, 'wrong_status', state]);
    }
    expect(calls('sendauth').total).toBe(before);
    expect(await outcomes(user, 'account.register')).toEqual([]);
    // A soft-deleted account has no passkeys that could be taken: SendAuth says that it is not there.
    const json = { confirm: user.externalKey };
    const removed = await ask('DELETE', at(user, 'sendauth', '/passkeys'), { json });
    expect([removed.status, removed.body['code']]).toEqual([404, 'account_not_found']);
    expect(await outcomes(user, 'account.remove_passkeys')).toEqual(['intended', 'refused']);
  });

  it('tags are the user’s tags, set whole, and mirrored', async () => {
    const user = await hire({ tags: { team: 'red', vip: '' } });
    expect((await held(user, 'sendauth'))['tags']).toEqual({ team: 'red', vip: '' });
    const json = { tags: { team: 'blue' } };
    const stale = await ask('PUT', at(user, 'sendauth', '/tags'), { json, headers: { 'if-match': '"0.9"' } });
    expect(stale.status).toBe(412);
    const { status, body, headers } = await ask('PUT', at(user, 'sendauth', '/tags'), { json });
    expect([status, body['tags'], body['email']]).toEqual([200, { team: 'blue' }, person(hired).email]);
    expect(headers.get('etag')).toBe('"1.2"');
    await mirror.converge();
    expect((await held(user, 'sendauth'))['tags']).toEqual({ team: 'blue' });
    const look = await ask('GET', at(user, 'sendauth'));
    expect(look.body).toMatchObject({ wanted: { tags: { team: 'blue' } }, held: { tags: { team: 'blue' } } });

    for (const bad of [
      {},
      { tags: null },
      { tags: { x: 5 } },
      { tags: { ['n'.repeat(65)]: '' } },
      { tags: {}, more: 1 },
    ]) {
      expect([400, 422]).toContain((await ask('PUT', at(user, 'sendauth', '/tags'), { json: bad })).status);
    }
    await leave(user);
    const closed = await ask('PUT', at(user, 'sendauth', '/tags'), { json });
    expect([closed.status, closed.body['code'], closed.body['state']]).toEqual([
      409,
      'user_closed',
      'deleted',
    ]);
  });

  it('a profile is erased of a deleted user alone, named twice, once; the marker stands, and a restore brings it back', async () => {
    const user = await hire();
    const path = at(user, 'sunshine', '/erase-profile');
    const json = { confirm: user.externalKey };
    const early = await ask('POST', path, { json });
    expect([early.status, early.body['code'], early.body['state']]).toEqual([409, 'wrong_status', 'active']);
    await leave(user);
    const unnamed = await ask('POST', path, { json: { confirm: 'hr-0' } });
    expect([unnamed.status, unnamed.body['code']]).toEqual([422, 'confirmation_required']);
    expect(await held(user, 'sunshine')).toMatchObject({ profile: { email: person(hired).email } });

    const accepted = await ask('POST', path, { json });
    expect([accepted.status, accepted.body['owed'], accepted.body['standing']]).toEqual([
      202,
      ['eraseProfile'],
      'due',
    ]);
    const again = await ask('POST', path, { json });
    expect([again.status, again.body['owed']]).toEqual([202, ['eraseProfile']]);
    await mirror.converge();
    expect(await held(user, 'sunshine')).toMatchObject({
      externalId: user.externalKey,
      profile: {},
      metadata: { rollcallStatus: 'deleted' },
    });
    expect(await outcomes(user, 'account.erase_profile')).toEqual(['owed']);
    const look = await ask('GET', at(user, 'sunshine'));
    expect(look.body).toMatchObject({
      link: { owed: [], deferred: true },
      live: { marker: 'deleted', attributes: { 'profile.email': null, 'metadata.phone': null } },
    });

    await leave(user, '/restore');
    const { profile, metadata } = await held(user, 'sunshine');
    expect(profile).toMatchObject({ email: person(hired).email, surname: person(hired).familyName });
    expect(metadata).toMatchObject({ phone: person(hired).phone });
    expect((await ask('GET', at(user, 'sunshine'))).body['differences']).toEqual([]);
  });

  it('what was purged is not looked at, since its key may have its next holder', async () => {
    const user = await hire();
    await leave(user);
    await leave(user, '/purge');
    const before = calls('vault').total;
    const look = await ask('GET', at(user, 'vault'));
    expect([look.status, look.body['live'], look.body['notLive']]).toEqual([200, null, 'purged']);
    expect(calls('vault').total).toBe(before);
    const json = { confirm: user.externalKey };
    expect((await ask('POST', at(user, 'sunshine', '/erase-profile'), { json })).status).toBe(409);
    const passkeys = await ask('DELETE', at(user, 'sendauth', '/passkeys'), { json });
    expect([passkeys.status, passkeys.body['state']]).toEqual([409, 'purged']);
  });

  it('unknown people and providers are told apart', async () => {
    const user = await hire();
    const nobody = { id: v7(), externalKey: '' };
    for (const { method, path, json } of ROUTES) {
      const unknown = await ask(method, at(nobody, 'sendauth', path), { json });
      expect([unknown.status, unknown.body['code']]).toEqual([404, 'user_not_found']);
      const nowhere = await ask(method, at(user, 'okta', path), { json });
      expect([nowhere.status, nowhere.body['code']]).toEqual([404, 'provider_not_found']);
      expect(nowhere.body['detail']).toContain(PROVIDERS.toSorted().join(', '));
    }
  });

  describe('when the provider is in trouble', () => {
    const register = { method: 'POST', path: 'register' } as const;

    it.each([
      ['is overloaded', { status: 500 }, 502, 'provider_unreachable'],
      ['asks for time', { status: 429, headers: { 'retry-after': '7' } }, 503, 'provider_rate_limited'],
      ['does not know us', { status: 401 }, 502, 'provider_refused'],
      ['is retired', { status: 410 }, 502, 'provider_refused'],
      ['answers nonsense', { status: 200, body: '<html>' }, 502, 'provider_refused'],
      ['is not there', { drop: 'before' as const }, 502, 'provider_unreachable'],
    ])('one that %s while it is read: %#', async (_, fault, status, code) => {
      const user = await hire();
      mirror.simulators.faults('sendauth', { match: { method: 'GET' }, times: 'always', ...fault });
      const answer = await ask('GET', at(user, 'sendauth', '/transactions'));
      expect([answer.status, answer.body['code']]).toEqual([status, code]);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      if (code === 'provider_unreachable') expect(answer.headers.get('retry-after')).toBe('2');
    });

    it('one that asks for time is left alone by everybody, and callers are told for how long', async () => {
      const user = await hire();
      mirror.simulators.faults('sendauth', { match: register, status: 429, headers: { 'retry-after': '3' } });
      const told = await ask('POST', at(user, 'sendauth', '/register'));
      expect([told.status, told.headers.get('retry-after')]).toEqual([503, '3']);
      expect(await outcomes(user, 'account.register')).toEqual(['intended', 'refused']);
      const before = calls('sendauth').total;
      const next = await ask('GET', at(user, 'sendauth'));
      expect([next.status, next.body['code']]).toEqual([503, 'provider_paused']);
      expect(Number(next.headers.get('retry-after'))).toBeGreaterThan(1);
      await ask('PATCH', `/${user.id}`, { json: { company: 'Another' } });
      await mirror.worker.pass(100);
      expect(calls('sendauth').total).toBe(before);
      // Others are not concerned.
      expect((await ask('GET', at(user, 'vault'))).status).toBe(200);
    });

    it('one that is halted is not asked at all', async () => {
      const user = await hire();
      await mirror.database.sql(
        `UPDATE providers SET halt_scope = 'all', halt_reason = 'http_401', halted_at = now(), probe_at = now() + interval '60 s'
         WHERE slug = 'passage'`,
      );
      const before = calls('passage').total;
      const answer = await ask('GET', at(user, 'passage'));
      expect([answer.status, answer.body['code']]).toEqual([503, 'provider_halted']);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(50);
      expect(calls('passage').total).toBe(before);
    });

    it.each([
      ['was lost', { drop: 'after' as const }, true],
      ['is an error', { status: 502, applied: true }, true],
      ['never came there', { drop: 'before' as const }, false],
      ['takes too long', { hang: 'after' as const }, true],
    ])(
      'a change whose answer %s may have happened, and is never sent again by itself',
      async (_, fault, happened) => {
        const user = await hire();
        mirror.simulators.faults('sendauth', { match: register, ...fault });
        const before = calls('sendauth').writes;
        const { status, body } = await ask('POST', at(user, 'sendauth', '/register'));
        expect([status, body['code']]).toEqual([502, 'outcome_unknown']);
        expect(body['detail']).toContain('GET /v1/users/{id}/providers/sendauth/transactions');
        expect(await outcomes(user, 'account.register')).toEqual(['intended', 'unknown']);
        expect(calls('sendauth').writes - before).toBe(1);
        const listed = await ask('GET', at(user, 'sendauth', '/transactions'));
        expect(listed.body['total']).toBe(happened ? 1 : 0);
      },
    );

    it.each([
      ['refuses the content', 400, 422, 'refused_by_provider'],
      ['has something in the way', 409, 409, 'provider_conflict'],
      ['wants to be paid', 402, 502, 'provider_refused'],
    ])('one that %s', async (_, told, status, code) => {
      const user = await hire();
      const secret = 'Given Family would be told here';
      mirror.simulators.faults('sendauth', { match: register, status: told, body: { error: secret } });
      const answer = await ask('POST', at(user, 'sendauth', '/register'));
      expect([answer.status, answer.body['code']]).toEqual([status, code]);
      expect(JSON.stringify(answer.body)).not.toContain(secret);
      expect(await outcomes(user, 'account.register')).toEqual(['intended', 'refused']);
    });

    it('passkeys whose removal was begun when the process ended have left their trace', async () => {
      const user = await hire();
      await grantPasskeys(user);
      mirror.simulators.faults('sendauth', { match: { method: 'DELETE', path: 'passkey' }, hang: 'after' });
      const asked = ask('DELETE', at(user, 'sendauth', '/passkeys'), { json: { confirm: user.externalKey } });
      while ((await held(user, 'sendauth'))['hasPasskeys'] === true)
        await new Promise((resolve) => setTimeout(resolve, 10));
      // Whatever becomes of the process from here on, who asked for it stands in the database.
      expect(await auditOf(user, 'account.remove_passkeys')).toEqual([
        { actor: 'key:bootstrap', provider: 'sendauth', outcome: 'intended' },
      ]);
      expect((await asked).body['code']).toBe('outcome_unknown');
    });
  });
});

describe('two instances of one kind', () => {
  it('are told apart by their slug, each with its own account, operations and pace', async () => {
    const second = await startSimulators({ witness: trafficWitness() });
    const elsewhere = Object.entries(second.environment)
      .filter(([name]) => name.startsWith('SENDAUTH_'))
      .map(([name, value]) => [name.replace('SENDAUTH_', 'SENDAUTH_EU_'), value]);
    const mirror = await openMirror({
      providers: ['sendauth'],
      named: [{ slug: 'sendauth-eu', kind: 'sendauth' }],
      environment: {
        ...(Object.fromEntries(elsewhere) as Record<string, string>), // pairs of names and values
        SENDAUTH_EU_CALLS_PER_SECOND: '4',
      },
    });
    const app = await serve(mirror);
    const url = await app.getUrl();
    try {
      const created = await askAt(url, { method: 'POST', path: '', json: person(1) });
      await mirror.converge();
      const path = (slug: string, below: string) =>
        `/${String(created.body['id'])}/providers/${slug}/${below}`;
      const started = await askAt(url, { method: 'POST', path: path('sendauth-eu', 'register') });
      expect(started.status).toBe(201);
      const here = only(mirror.accounts('sendauth'));
      const there = only([...second.providers.sendauth.accounts()]);
      expect(here['transactions']).toEqual([]);
      expect(there['transactions']).toMatchObject([{ id: started.body['transaction'] }]);
      const offered = await askAt(url, { method: 'GET', path: path('sendauth-eu', `stats?${DAY}`) });
      expect(offered.body['offers']).toContainEqual(
        expect.objectContaining({ path: '/v1/users/{id}/providers/sendauth-eu/audits' }),
      );

      // Four calls a second are shared with the mirror; eight more of ours take their time.
      const before = performance.now();
      for (let round = 0; round < 8; round += 1) {
        const { status } = await askAt(url, { method: 'GET', path: path('sendauth-eu', 'audits') });
        expect(status).toBe(200);
      }
      expect(performance.now() - before).toBeGreaterThan(1_400);
    } finally {
      await app.close();
      await mirror.close();
      await second.close();
    }
  });
});

import { describe, expect, it } from '@jest/globals';
import { sunshineFactory } from './config.js';
import { SunshineWebhook } from './webhook.js';

const APP = '5ebee0975ac5304b664a12fa';
const SECRET = 'shared-secret-of-the-webhook';
const ANN = { id: '6748e3ae32378e732938e031', externalId: 'hr-1', authenticated: true };
const BOB = { id: '26508c10541a4b0ff472e5e2', externalId: 'hr-2', authenticated: false };
const webhook = new SunshineWebhook(APP, SECRET);

function post(events: unknown, app: unknown = { id: APP }): unknown {
  return { app, webhook: { id: '5f4eaef81e3dcc117c7ba48a', version: 'v2' }, events };
}

function removed(id: string, user: object = ANN, type = 'user:remove') {
  return { id, type, createdAt: '2024-11-28T21:42:10.691Z', payload: { user } };
}

function merged(id: string, surviving: object, discarded: object) {
  const mergedUsers = { surviving, discarded };
  return { id, type: 'user:merge', payload: { mergedUsers, reason: 'api' } };
}

describe('the secret of the webhook', () => {
  it('lets in whoever shows it, whole and alone', () => {
    expect(webhook.isAuthentic({ 'x-api-key': SECRET })).toBe(true);
    for (const shown of [
      undefined,
      '',
      SECRET.slice(1),
      `${SECRET} `,
      SECRET.toUpperCase(),
      [SECRET],
      [SECRET, SECRET],
      `${SECRET}, ${SECRET}`,
    ])
      expect([shown, webhook.isAuthentic({ 'x-api-key': shown })]).toEqual([shown, false]);
    expect(webhook.isAuthentic({ authorization: `Bearer ${SECRET}` })).toBe(false);
  });

  it('is set, or there is no webhook', () => {
    const settings = { BASE_URL: 'https://acme.zendesk.com/sc', APP_ID: APP, KEY_ID: 'k', KEY_SECRET: 's' };
    const build = (more: object) =>
      sunshineFactory.create(sunshineFactory.settings.parse({ ...settings, ...more }));
    expect(build({}).webhook).toBeNull();
    expect(build({ WEBHOOK_SECRET: SECRET }).webhook?.isAuthentic({ 'x-api-key': SECRET })).toBe(true);
  });
});

describe('the events of a post', () => {
  it.each(['user:remove', 'user:delete'])('tell who was removed, by the type %s', (type) => {
    const account = { accountId: ANN.id, remoteKey: 'hr-1' };
    expect(webhook.readHints(post([removed('e1', ANN, type)]))).toEqual([
      { eventId: 'e1', type: 'removed', account },
    ]);
  });

  it('tell who was merged into whom', () => {
    expect(webhook.readHints(post([merged('e1', BOB, ANN)]))).toEqual([
      {
        eventId: 'e1',
        type: 'merged',
        account: { accountId: ANN.id, remoteKey: 'hr-1' },
        survivor: { accountId: BOB.id, remoteKey: 'hr-2' },
      },
    ]);
  });

  it('are read each by itself, in their order: what means nothing costs its neighbours nothing', () => {
    const events = [
      removed('e1'),
      null,
      'text',
      { id: 'e2', type: 'user:update', payload: { user: ANN } },
      { id: 'e3', type: 'conversation:message', payload: {} },
      { id: 'e4', type: 'user:remove' },
      { id: 5, type: 'user:remove', payload: { user: ANN } },
      removed('e6', { externalId: 'hr-1' }),
      removed('e7', { id: '' }),
      removed('e8', { id: 'with space' }),
      removed('e9', { id: 'x'.repeat(129) }),
      removed('e\u0000', ANN),
      merged('e10', ANN, ANN),
      { id: 'e11', type: 'user:merge', payload: { mergedUsers: { surviving: BOB } } },
      removed('e12', BOB),
    ];
    expect(webhook.readHints(post(events)).map(({ eventId }) => eventId)).toEqual(['e1', 'e12']);
  });

  it.each([null, undefined, '', 12, 'hr\u0000', '\ud800', 'x'.repeat(1_025), {}])(
    'name the user by its id alone where the key is %j',
    (externalId) => {
      const hints = webhook.readHints(post([removed('e1', { ...ANN, externalId })]));
      expect(hints).toMatchObject([{ account: { accountId: ANN.id, remoteKey: null } }]);
    },
  );

  it.each([
    ['another app', post([removed('e1')], { id: 'another' })],
    ['no app', { events: [removed('e1')] }],
    ['no events', post(undefined)],
    ['events that are no list', post({ 0: removed('e1') })],
    ['a list', [removed('e1')]],
    ['a text', 'text'],
    ['nothing', undefined],
  ])('tell nothing in a post of %s', (_what, body) => {
    expect(webhook.readHints(body)).toEqual([]);
  });
});

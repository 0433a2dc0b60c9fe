import { basic, connectionSettings, openConnection, type ProviderClient } from '#http';
import type { BuiltProvider, ProviderFactory } from '#identity-provider';
import { z } from 'zod';
import { SendauthActivityApi } from './activity-api.js';
import { SendauthApi } from './api.js';
import { sendauthMapping } from './mapping.js';
import { sendauthOperations } from './operations.js';
import { ownAccountOf } from './own-account.js';
import { SendauthProvider } from './provider.js';

/** Settings of one SendAuth organisation. @see PROVIDERS.md 4.1 */
export const sendauthSettings = z.object({
  /** `BASE_URL` is `https://app.sendauth.com`, without `/api/v1`. */
  ...connectionSettings,
  USERNAME: z
    .string()
    .min(1)
    .regex(/^[^:]*$/, 'must not hold a colon, which ends the name in Basic credentials'),
  PASSWORD: z.string().min(1),
  /** Whether one-letter names are doubled, as SendAuth wants two letters; otherwise such users are refused. (Default: false) */
  PAD_NAMES: z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .default('false')
    .transform((text) => text === 'true'),
});
export type SendauthSettings = z.infer<typeof sendauthSettings>;

/** Builds the adapter on a client of one's own; the client authenticates and is closed by whoever opened it. */
export function createSendauth(settings: SendauthSettings, client: ProviderClient): BuiltProvider {
  const mapping = sendauthMapping({ padNames: settings.PAD_NAMES });
  const api = new SendauthApi(client);
  return {
    provider: new SendauthProvider(api, mapping, ownAccountOf(settings.USERNAME)),
    operations: sendauthOperations(api, new SendauthActivityApi(client)),
    webhook: null,
    remoteScope: settings.BASE_URL,
    mappingVersion: mapping.version,
  };
}

/** A client with Basic credentials. @see PROVIDERS.md 4.1 */
export function createSendauthClient(settings: SendauthSettings): ProviderClient {
  return openConnection(settings, basic(settings.USERNAME, settings.PASSWORD));
}

/** The kind `sendauth`: settings are `SENDAUTH_*`, or those of another instance's prefix. */
export const sendauthFactory: ProviderFactory<SendauthSettings> = {
  kind: 'sendauth',
  settings: sendauthSettings,
  settingNames: {
    required: ['BASE_URL', 'USERNAME', 'PASSWORD'],
    optional: ['PAD_NAMES', 'CONCURRENCY', 'CALL_TIMEOUT_MS'],
  },
  create: (settings) => createSendauth(settings, createSendauthClient(settings)),
};

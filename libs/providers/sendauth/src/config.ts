import { createProviderClient, type ProviderClient } from '#http';
import type { BuiltProvider, ProviderFactory } from '#identity-provider';
import { z } from 'zod';
import { SendauthApi } from './api.js';
import { sendauthMapping } from './mapping.js';
import { SendauthProvider } from './provider.js';

/** Settings of one SendAuth organisation. @see PROVIDERS.md 4.1 */
export const sendauthSettings = z.object({
  /** `https://app.sendauth.com`, without `/api/v1`. */
  BASE_URL: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }),
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
  /** Connections at most. (Default: 32) */
  CONCURRENCY: z.coerce.number().int().positive().default(32),
  /** From admission to the last byte of an answer. (Default: 10000) */
  CALL_TIMEOUT_MS: z.coerce.number().int().positive().default(10_000),
});
export type SendauthSettings = z.infer<typeof sendauthSettings>;

/** Builds the adapter on a client of one's own; the client authenticates and is closed by whoever opened it. */
export function createSendauth(settings: SendauthSettings, client: ProviderClient): BuiltProvider {
  const mapping = sendauthMapping({ padNames: settings.PAD_NAMES });
  return {
    provider: new SendauthProvider(new SendauthApi(client), mapping),
    remoteScope: settings.BASE_URL,
    mappingVersion: mapping.version,
  };
}

/** A client with Basic credentials. @see PROVIDERS.md 4.1 */
export function createSendauthClient(settings: SendauthSettings): ProviderClient {
  const { USERNAME, PASSWORD } = settings;
  const credentials = Buffer.from(`${USERNAME}:${PASSWORD}`).toString('base64');
  const headers = { authorization: `Basic ${credentials}` };
  return createProviderClient({
    baseUrl: settings.BASE_URL,
    headers: () => headers,
    timeoutMs: settings.CALL_TIMEOUT_MS,
    connections: settings.CONCURRENCY,
    userAgent: 'rollcall',
    redactions: [PASSWORD, credentials],
  });
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

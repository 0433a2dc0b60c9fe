import { basic, connectionSettings, openConnection, type Credentials, type ProviderClient } from '#http';
import type { BuiltProvider, ProviderFactory } from '#identity-provider';
import { z } from 'zod';
import { SunshineApi } from './api.js';
import { sunshineMapping, TAKEN_METADATA_KEYS } from './mapping.js';
import { SunshineProvider } from './provider.js';
import { signedWith } from './token.js';
import { heldUserSchema } from './user.js';
import { SunshineWebhook } from './webhook.js';

const metadataField = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, 'must name custom attributes: letters, digits and _, a letter first')
  .refine((name) => !TAKEN_METADATA_KEYS.includes(name), 'must not name a key that is always mapped');

const metadataFields = z
  .string()
  .transform((list) => list.split(',').map((name) => name.trim()))
  .transform((names) => [...new Set(names.filter((name) => name !== ''))])
  .pipe(z.array(metadataField));

/** Settings of one Sunshine Conversations app. */
export const sunshineSettings = z.object({
  /** `BASE_URL` is `https://{subdomain}.zendesk.com/sc`, or a legacy host. @see PROVIDERS.md 2.1 */
  ...connectionSettings,
  APP_ID: z.string().min(1),
  KEY_ID: z.string().min(1),
  KEY_SECRET: z.string().min(1),
  /** How the key is shown: sent with every call, or used to sign tokens and never sent. (Default: basic) */
  AUTH: z.enum(['basic', 'jwt']).default('basic'),
  /**
   * Shared secret of the webhook. Without it none is taken: a deletion is then noticed by reading from time to time, and
   * a merge only when the user is next read. (Default: none)
   */
  WEBHOOK_SECRET: z.string().min(1).optional(),
  /** Custom attributes carried in `metadata`, by name, separated by commas. (Default: none) */
  METADATA_FIELDS: metadataFields.optional(),
});
export type SunshineSettings = z.infer<typeof sunshineSettings>;

/** Builds the adapter on a client of one's own; the client authenticates and is closed by whoever opened it. */
export function createSunshine(settings: SunshineSettings, client: ProviderClient): BuiltProvider {
  const { METADATA_FIELDS, WEBHOOK_SECRET } = settings;
  const mapping = sunshineMapping(METADATA_FIELDS ?? []);
  return {
    provider: new SunshineProvider(new SunshineApi(client, settings.APP_ID, heldUserSchema), mapping),
    operations: {},
    webhook: WEBHOOK_SECRET === undefined ? null : new SunshineWebhook(settings.APP_ID, WEBHOOK_SECRET),
    remoteScope: `${settings.BASE_URL} app ${settings.APP_ID}`,
    mappingVersion: mapping.version,
  };
}

/**
 * A client with the app's key pair. @see PROVIDERS.md 2.1
 * @param nowMs reads the wall clock, by which tokens are signed and renewed (Default: the system's)
 */
export function createSunshineClient(
  settings: SunshineSettings,
  nowMs: () => number = Date.now,
): ProviderClient {
  return openConnection(settings, credentialsOf(settings, nowMs));
}

function credentialsOf({ AUTH, KEY_ID, KEY_SECRET }: SunshineSettings, nowMs: () => number): Credentials {
  switch (AUTH) {
    case 'basic':
      return basic(KEY_ID, KEY_SECRET);
    case 'jwt':
      return signedWith({ id: KEY_ID, secret: KEY_SECRET }, nowMs);
  }
}

/** The kind `sunshine`: settings are `SUNSHINE_*`, or those of another instance's prefix. */
export const sunshineFactory: ProviderFactory<SunshineSettings> = {
  kind: 'sunshine',
  settings: sunshineSettings,
  settingNames: {
    required: ['BASE_URL', 'APP_ID', 'KEY_ID', 'KEY_SECRET'],
    optional: ['AUTH', 'WEBHOOK_SECRET', 'METADATA_FIELDS', 'CONCURRENCY', 'CALL_TIMEOUT_MS'],
  },
  create: (settings) => createSunshine(settings, createSunshineClient(settings)),
};

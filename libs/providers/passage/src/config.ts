import { bearer, connectionSettings, openConnection, type ProviderClient } from '#http';
import type { BuiltProvider, ProviderFactory } from '#identity-provider';
import { z } from 'zod';
import { PassageApi } from './api.js';
import { passageMapping, STANDARD_FIELDS } from './mapping.js';
import { PassageProvider } from './provider.js';
import { heldUserSchema } from './user.js';

const metadataField = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, 'must name attributes: letters, digits and _, a letter first')
  .refine(
    (name) => !STANDARD_FIELDS.includes(name),
    'must not name email or phone, which have their own place',
  );

const metadataFields = z
  .string()
  .transform((list) => list.split(',').map((name) => name.trim()))
  .transform((names) => [...new Set(names.filter((name) => name !== ''))])
  .pipe(z.array(metadataField));

/** Settings of one Passage app. */
export const passageSettings = z.object({
  /** `BASE_URL` is `https://api.passage.id/v1`. @see PROVIDERS.md 3.1 */
  ...connectionSettings,
  APP_ID: z.string().min(1),
  API_KEY: z.string().min(1),
  /**
   * Fields of that app's user metadata schema, separated by commas, named as the attributes they hold. A name that the
   * schema lacks makes every write fail. (Default: none)
   */
  METADATA_FIELDS: metadataFields.optional(),
});
export type PassageSettings = z.infer<typeof passageSettings>;

/** Builds the adapter on a client of one's own; the client authenticates and is closed by whoever opened it. */
export function createPassage(settings: PassageSettings, client: ProviderClient): BuiltProvider {
  const mapping = passageMapping(settings.METADATA_FIELDS ?? []);
  const schemas = { user: heldUserSchema, item: heldUserSchema };
  return {
    provider: new PassageProvider(new PassageApi(client, settings.APP_ID, schemas), mapping),
    operations: {},
    webhook: null,
    remoteScope: `${settings.BASE_URL} app ${settings.APP_ID}`,
    mappingVersion: mapping.version,
  };
}

/** A client with the app's API key. @see PROVIDERS.md 3.1 */
export function createPassageClient(settings: PassageSettings): ProviderClient {
  return openConnection(settings, bearer(settings.API_KEY));
}

/** The kind `passage`: settings are `PASSAGE_*`, or those of another instance's prefix. */
export const passageFactory: ProviderFactory<PassageSettings> = {
  kind: 'passage',
  settings: passageSettings,
  settingNames: {
    required: ['BASE_URL', 'APP_ID', 'API_KEY'],
    optional: ['METADATA_FIELDS', 'CONCURRENCY', 'CALL_TIMEOUT_MS'],
  },
  create: (settings) => createPassage(settings, createPassageClient(settings)),
};

import { bearer, connectionSettings, openConnection, type ProviderClient } from '#http';
import type { BuiltProvider, ProviderFactory } from '#identity-provider';
import { z } from 'zod';
import { VaultApi } from './api.js';
import { heldConsumerSchema } from './consumer.js';
import { vaultMapping } from './mapping.js';
import { vaultOperations } from './operations.js';
import { VaultProvider } from './provider.js';

/** Settings of one Unify application. @see PROVIDERS.md 1.1 */
export const vaultSettings = z.object({
  /** `BASE_URL` is `https://unify.apideck.com`. */
  ...connectionSettings,
  API_KEY: z.string().min(1),
  APP_ID: z.string().min(1),
});
export type VaultSettings = z.infer<typeof vaultSettings>;

/** Builds the adapter on a client of one's own; the client authenticates and is closed by whoever opened it. */
export function createVault(settings: VaultSettings, client: ProviderClient): BuiltProvider {
  const api = new VaultApi(client, heldConsumerSchema);
  return {
    provider: new VaultProvider(api),
    operations: vaultOperations(api),
    webhook: null,
    remoteScope: `${settings.BASE_URL} app ${settings.APP_ID}`,
    mappingVersion: vaultMapping.version,
  };
}

/** A client with the application's key. @see PROVIDERS.md 1.1 */
export function createVaultClient(settings: VaultSettings): ProviderClient {
  return openConnection(settings, bearer(settings.API_KEY), { 'x-apideck-app-id': settings.APP_ID });
}

/** The kind `vault`: settings are `VAULT_*`, or those of another instance's prefix. */
export const vaultFactory: ProviderFactory<VaultSettings> = {
  kind: 'vault',
  settings: vaultSettings,
  settingNames: {
    required: ['BASE_URL', 'API_KEY', 'APP_ID'],
    optional: ['CONCURRENCY', 'CALL_TIMEOUT_MS'],
  },
  create: (settings) => createVault(settings, createVaultClient(settings)),
};

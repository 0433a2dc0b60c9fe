import type { z } from 'zod';
import type { IdentityProvider } from './identity-provider.js';
import type { AccountOperations } from './operations.js';
import type { WebhookReceiver } from './webhook.js';

/** What a kind builds from its settings. */
export interface BuiltProvider {
  readonly provider: IdentityProvider;
  /** What it offers for one account beside mirroring it. */
  readonly operations: AccountOperations;
  /** Receives what the provider tells by itself; `null` when it tells nothing, or the secret for it is not set. */
  readonly webhook: WebhookReceiver | null;
  readonly remoteScope: string;
  readonly mappingVersion: string;
}

/**
 * One kind of provider. Its settings are environment variables named `<PREFIX>_<SETTING>`, e.g. `VAULT_BASE_URL`
 * for the setting `BASE_URL` of the instance `vault`.
 */
export interface ProviderFactory<Settings = unknown> {
  readonly kind: string;
  /** Keys are setting names in upper case. Unknown settings never reach it. */
  readonly settings: z.ZodType<Settings>;
  /** Names of every setting, required ones first; an instance with some but not all required ones is refused at start. */
  readonly settingNames: { readonly required: readonly string[]; readonly optional: readonly string[] };
  create(settings: Settings): BuiltProvider;
}

import type { ProviderFactory } from '#identity-provider';
import { passageFactory } from '#providers/passage';
import { sendauthFactory } from '#providers/sendauth';
import { sunshineFactory } from '#providers/sunshine';
import { vaultFactory } from '#providers/vault';
import { registerFactories } from './registry.js';

/** The factories of all kinds, for whoever runs without Nest. */
export const PROVIDER_FACTORIES: readonly ProviderFactory[] = registerFactories([
  vaultFactory,
  sunshineFactory,
  passageFactory,
  sendauthFactory,
]);

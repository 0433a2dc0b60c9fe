import { Module } from '@nestjs/common';
import type { ProviderFactory } from '#identity-provider';
import { PASSAGE_FACTORY, PassageModule } from '#providers/passage';
import { SENDAUTH_FACTORY, SendauthModule } from '#providers/sendauth';
import { SUNSHINE_FACTORY, SunshineModule } from '#providers/sunshine';
import { VAULT_FACTORY, VaultModule } from '#providers/vault';
import { registerFactories } from './registry.js';

/** Injects the factories of all kinds, `readonly ProviderFactory[]`. */
export const PROVIDER_FACTORY_REGISTRY = Symbol('PROVIDER_FACTORY_REGISTRY');

/** All kinds of provider, checked at start. */
@Module({
  imports: [VaultModule, SunshineModule, PassageModule, SendauthModule],
  providers: [
    {
      provide: PROVIDER_FACTORY_REGISTRY,
      inject: [VAULT_FACTORY, SUNSHINE_FACTORY, PASSAGE_FACTORY, SENDAUTH_FACTORY],
      useFactory: (...factories: ProviderFactory[]) => registerFactories(factories),
    },
  ],
  exports: [PROVIDER_FACTORY_REGISTRY],
})
export class ProvidersModule {}

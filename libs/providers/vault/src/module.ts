import { Module } from '@nestjs/common';
import { vaultFactory } from './config.js';

/** Injects the factory of the kind `vault`. */
export const VAULT_FACTORY = Symbol('VAULT_FACTORY');

/** Provides Apideck Vault as a kind of provider. */
@Module({
  providers: [{ provide: VAULT_FACTORY, useValue: vaultFactory }],
  exports: [VAULT_FACTORY],
})
export class VaultModule {}

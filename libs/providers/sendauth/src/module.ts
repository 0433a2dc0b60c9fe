import { Module } from '@nestjs/common';
import { sendauthFactory } from './config.js';

/** Injects the factory of the kind `sendauth`. */
export const SENDAUTH_FACTORY = Symbol('SENDAUTH_FACTORY');

/** Provides SendAuth as a kind of provider. */
@Module({
  providers: [{ provide: SENDAUTH_FACTORY, useValue: sendauthFactory }],
  exports: [SENDAUTH_FACTORY],
})
export class SendauthModule {}

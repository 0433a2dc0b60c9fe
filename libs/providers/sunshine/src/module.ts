import { Module } from '@nestjs/common';
import { sunshineFactory } from './config.js';

/** Injects the factory of the kind `sunshine`. */
export const SUNSHINE_FACTORY = Symbol('SUNSHINE_FACTORY');

/** Provides Sunshine Conversations as a kind of provider. */
@Module({
  providers: [{ provide: SUNSHINE_FACTORY, useValue: sunshineFactory }],
  exports: [SUNSHINE_FACTORY],
})
export class SunshineModule {}

import { Module } from '@nestjs/common';
import { passageFactory } from './config.js';

/** Injects the factory of the kind `passage`. */
export const PASSAGE_FACTORY = Symbol('PASSAGE_FACTORY');

/** Provides Passage as a kind of provider. */
@Module({
  providers: [{ provide: PASSAGE_FACTORY, useValue: passageFactory }],
  exports: [PASSAGE_FACTORY],
})
export class PassageModule {}

import type { Run } from './run.js';

/** Another run than the one that was asked for is open at a provider: of another mode, or about other people. */
export class OtherRunOpen extends Error {
  override readonly name = 'OtherRunOpen';

  /** @param runs those that are open, one a provider */
  constructor(readonly runs: readonly Run[]) {
    super('a reconciliation of another mode or scope is open; wait until it has ended, or cancel it');
  }
}

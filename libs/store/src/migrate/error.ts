/** Why the schema of a database and the migrations of this code do not go together. */
export type MigrationProblem =
  | 'behind' // migrations of this code are not applied
  | 'ahead' // the database knows migrations that this code does not
  | 'altered' // a migration was changed after it was applied
  | 'unfinished' // a migration was begun and never finished
  | 'failed' // a migration's SQL was refused; it was rolled back whole
  | 'busy'; // somebody else holds the migration lock for too long

/** The schema cannot be trusted as it is. Nothing was changed by the migration that the message names. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';

  constructor(
    readonly problem: MigrationProblem,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

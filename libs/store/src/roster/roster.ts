import type { Database } from '../database.js';
import { openReceiptSigner, type ReceiptSigner } from '../erasure/receipt-key.js';

/** What every write to the roster needs. */
export interface Roster {
  readonly database: Database;
  /** Makes ids for users: UUID v7, so that reading by id reads in order of creation. */
  readonly newId: () => string;
  /** Keys the hashes of personal values in the audit, and whatever else is signed for this deployment. */
  readonly hashKey: Buffer;
  /** Signs the receipts of erasures. */
  readonly signer: ReceiptSigner;
}

/**
 * Opens the roster of this deployment.
 * @throws Error when the database has no deployment row, which is the first migration's to make
 */
export async function openRoster(database: Database, newId: () => string): Promise<Roster> {
  const [deployment] = await database.sql<{ hash_key: Buffer }>('SELECT hash_key FROM deployment');
  if (deployment === undefined) {
    throw new Error('the database has no deployment row; run the migrations (npm run db:migrate)');
  }
  return { database, newId, hashKey: deployment.hash_key, signer: await openReceiptSigner(database.sql) };
}

import type { Database } from '../database.js';

/** A key that may call the API. The secret itself is known to its holder alone. */
export interface ApiKey {
  readonly name: string;
  readonly secretHash: Uint8Array;
  readonly scopes: readonly string[];
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

const BOOTSTRAP_NAME = 'bootstrap';

/** Finds a key by the SHA-256 of its secret; revoked and expired ones too, which the caller has to refuse. */
export async function findApiKey(database: Database, secretHash: Uint8Array): Promise<ApiKey | null> {
  return database.prisma.apiKey.findFirst({ where: { secretHash: new Uint8Array(secretHash) } });
}

/**
 * Makes the key of the settings the one bootstrap key, with every scope. A former one is revoked at the same time.
 * @param key id for a new row, the SHA-256 of the secret, and the scopes that exist
 */
export async function setBootstrapKey(
  database: Database,
  key: { readonly id: string; readonly secretHash: Uint8Array; readonly scopes: readonly string[] },
): Promise<void> {
  const secretHash = Buffer.from(key.secretHash);
  await database.transaction(async (sql) => {
    await sql(
      'UPDATE api_keys SET revoked_at = now() WHERE name = $1 AND secret_hash <> $2 AND revoked_at IS NULL',
      [BOOTSTRAP_NAME, secretHash],
    );
    await sql(
      `INSERT INTO api_keys (id, name, secret_hash, scopes) VALUES ($1, $2, $3, $4)
       ON CONFLICT (secret_hash) DO UPDATE SET scopes = excluded.scopes, revoked_at = NULL
       WHERE api_keys.name = excluded.name`,
      [key.id, BOOTSTRAP_NAME, secretHash, key.scopes],
    );
  });
}

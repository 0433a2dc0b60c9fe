import type { ProviderName } from '../../apps/simulators/src/index.js';
import type { Database } from '#store';
import type { Mirror } from './mirror.js';

/** The account of a user as the link has it. */
export async function accountOf(database: Database, userId: string, provider: string): Promise<string> {
  const [row] = await database.sql<{ account_id: string | null }>(
    'SELECT account_id FROM links WHERE user_id = $1 AND provider = $2',
    [userId, provider],
  );
  const id = row?.account_id ?? null;
  if (id === null) throw new Error(`no account at ${provider}`);
  return id;
}

/** What an edit over there looks like, in each provider's own shape. */
const EDITS: Readonly<Record<ProviderName, object>> = {
  vault: { metadata: { user_name: 'Somebody Else' } },
  sunshine: { profile: { givenName: 'Somebody' } },
  passage: { phone: '+41446689999' },
  sendauth: { lastName: 'Else' },
};

/** Somebody edits an account over there. */
export function editThere(mirror: Mirror, name: ProviderName, id: string): void {
  mirror.simulators.running[name].plant({ op: 'patch', id, account: EDITS[name] });
}

/** Whoever shuts an account over there, where that can be done; else the marker is written by hand. */
export function shutThere(mirror: Mirror, name: ProviderName, id: string): void {
  const changes: Readonly<Record<ProviderName, object>> = {
    vault: { op: 'remove', id },
    sunshine: { op: 'patch', id, account: { metadata: { rollcallStatus: 'deactivated' } } },
    passage: { op: 'suspend', id },
    sendauth: { op: 'softDelete', id },
  };
  mirror.simulators.running[name].plant(changes[name]);
}

/** Whoever opens an account over there that was shut. */
export function openThere(mirror: Mirror, name: ProviderName, id: string): void {
  const changes: Readonly<Record<ProviderName, object>> = {
    vault: { op: 'patch', id, account: {} },
    sunshine: { op: 'patch', id, account: { metadata: { rollcallStatus: null } } },
    passage: { op: 'activate', id },
    sendauth: { op: 'restore', id },
  };
  mirror.simulators.running[name].plant(changes[name]);
}

/** An account of nobody of ours. */
export function plantStranger(mirror: Mirror, name: ProviderName, n: number): void {
  const accounts: Readonly<Record<ProviderName, object>> = {
    vault: { consumer_id: `stranger-${n}`, metadata: { user_name: 'Stranger' } },
    sunshine: { externalId: `stranger-${n}` },
    passage: { email: `stranger.${n}@example.org` },
    sendauth: { firstName: 'Stranger', lastName: `Number ${n}`, email: `stranger.${n}@example.org` },
  };
  mirror.simulators.running[name].plant({ op: 'put', account: accounts[name] });
}

/** Counts what a statement wrote, by the system column that changes with every row version. */
export async function versionsOf(database: Database): Promise<readonly string[]> {
  const rows = await database.sql<{ version: string }>(
    `SELECT 'links ' || user_id || provider || xmin AS version FROM links
     UNION ALL SELECT 'intents ' || id || xmin FROM intents
     UNION ALL SELECT 'audit ' || id || xmin FROM audit
     UNION ALL SELECT 'findings ' || id || xmin FROM findings`,
  );
  return rows.map(({ version }) => version).toSorted();
}

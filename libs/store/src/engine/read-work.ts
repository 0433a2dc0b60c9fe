import type { StatusBeforeDeletion, User, UserStatus } from '#domain';
import type { LookupKey } from '#identity-provider';
import type { Sql } from '../database.js';
import type { ClaimedLink, UnsettledCreate, Work } from './work.js';

interface UserRow {
  id: string;
  external_key: string;
  email: string | null;
  phone: string | null;
  given_name: string | null;
  family_name: string | null;
  display_name: string | null;
  locale: string | null;
  avatar_url: string | null;
  company: string | null;
  attributes: User['attributes'];
  tags: User['tags'];
  status: UserStatus;
  status_before_deletion: StatusBeforeDeletion | null;
  status_revision: number;
  attribute_revision: number;
  purge_not_before: Date | null;
  created_at: Date;
  attributes_changed_at: Date;
  status_changed_at: Date;
  intents: IntentRow[] | null;
}

interface IntentRow {
  kind: 'provision' | 'purge';
  account_id: string | null;
  lookup_keys: LookupKey[];
  created_at: string;
  outcome: string | null;
}

/**
 * Reads the users of claimed links in a statement that starts after the claim. Read together with the claim, an edit
 * committed in between would be settled without ever being sent: the claim's row is the new one, the user's the old.
 */
export async function readWork(sql: Sql, provider: string, claimed: readonly ClaimedLink[]): Promise<Work[]> {
  if (claimed.length === 0) return [];
  const rows = await sql<UserRow>(
    `SELECT u.id, u.external_key, u.email, u.phone, u.given_name, u.family_name, u.display_name, u.locale,
            u.avatar_url, u.company, u.attributes, u.tags, u.status, u.status_before_deletion, u.status_revision,
            u.attribute_revision, u.purge_not_before, u.created_at, u.attributes_changed_at, u.status_changed_at,
            (SELECT jsonb_agg(jsonb_build_object('kind', i.kind, 'account_id', i.account_id,
                      'lookup_keys', i.lookup_keys, 'created_at', i.created_at, 'outcome', i.outcome))
             FROM intents i WHERE i.user_id = u.id AND i.provider = $2) AS intents
     FROM users u WHERE u.id = ANY($1::uuid[])`,
    [claimed.map((link) => link.userId), provider],
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return claimed.flatMap((link) => {
    const row = byId.get(link.userId);
    return row === undefined ? [] : [toWork(link, row)];
  });
}

function toWork(link: ClaimedLink, row: UserRow): Work {
  const intents = row.intents ?? [];
  return {
    ...link,
    user: toUser(row),
    unsettledCreates: intents
      .filter((it) => it.kind === 'provision' && it.outcome === null)
      .map(toUnsettledCreate),
    purgeAccepted: intents.some(
      (it) => it.kind === 'purge' && it.outcome === 'accepted' && it.account_id === link.accountId,
    ),
  };
}

function toUnsettledCreate(row: IntentRow): UnsettledCreate {
  return { lookupKeys: row.lookup_keys, createdAt: new Date(row.created_at) };
}

function toUser(row: UserRow): User {
  return {
    id: row.id,
    externalKey: row.external_key,
    email: row.email,
    phone: row.phone,
    givenName: row.given_name,
    familyName: row.family_name,
    displayName: row.display_name,
    locale: row.locale,
    avatarUrl: row.avatar_url,
    company: row.company,
    attributes: row.attributes,
    tags: row.tags,
    status: row.status,
    statusBeforeDeletion: row.status_before_deletion,
    statusRevision: row.status_revision,
    attributeRevision: row.attribute_revision,
    purgeNotBefore: row.purge_not_before,
    createdAt: row.created_at,
    attributesChangedAt: row.attributes_changed_at,
    statusChangedAt: row.status_changed_at,
  };
}

import {
  type CustomAttributeValue,
  type MirroredUser,
  type StatusBeforeDeletion,
  USER_STATUSES,
  type User,
  type UserStatus,
} from '#domain';

/** What `MIRRORED_COLUMNS` select. */
export interface MirroredUserRow {
  readonly id: string;
  readonly externalKey: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly displayName: string | null;
  readonly locale: string | null;
  readonly avatarUrl: string | null;
  readonly company: string | null;
  readonly attributes: unknown;
  readonly tags: unknown;
  readonly status: string;
  readonly statusBeforeDeletion: string | null;
  readonly statusRevision: number;
  readonly attributeRevision: number;
}

/** A row of `users` as both Prisma and `USER_COLUMNS` spell it. */
export interface UserRow extends MirroredUserRow {
  readonly purgeNotBefore: Date | null;
  readonly legalHoldAt: Date | null;
  readonly erasedAt: Date | null;
  readonly createdAt: Date;
  readonly attributesChangedAt: Date;
  readonly statusChangedAt: Date;
}

/** The select list of what is mirrored of a user; expects the table under the alias `u`. */
export const MIRRORED_COLUMNS = `
  u.id, u.external_key AS "externalKey", u.email, u.phone, u.given_name AS "givenName",
  u.family_name AS "familyName", u.display_name AS "displayName", u.locale, u.avatar_url AS "avatarUrl", u.company,
  u.attributes, u.tags, u.status, u.status_before_deletion AS "statusBeforeDeletion",
  u.status_revision AS "statusRevision", u.attribute_revision AS "attributeRevision"`;

/** And with the dates, each of which takes Postgres and its driver as long as five texts. */
export const USER_COLUMNS = `${MIRRORED_COLUMNS},
  u.purge_not_before AS "purgeNotBefore", u.legal_hold_at AS "legalHoldAt", u.erased_at AS "erasedAt", u.created_at AS "createdAt",
  u.attributes_changed_at AS "attributesChangedAt", u.status_changed_at AS "statusChangedAt"`;

/**
 * Reads a row as the domain's user.
 * @throws Error on a status that this version does not know (a newer schema than the code)
 */
export function toUser(row: UserRow): User {
  return {
    ...toMirroredUser(row),
    purgeNotBefore: row.purgeNotBefore,
    legalHoldAt: row.legalHoldAt,
    erasedAt: row.erasedAt,
    createdAt: row.createdAt,
    attributesChangedAt: row.attributesChangedAt,
    statusChangedAt: row.statusChangedAt,
  };
}

/**
 * The same without the dates.
 * @throws Error as `toUser` does
 */
export function toMirroredUser(row: MirroredUserRow): MirroredUser {
  return {
    id: row.id,
    externalKey: row.externalKey,
    email: row.email,
    phone: row.phone,
    givenName: row.givenName,
    familyName: row.familyName,
    displayName: row.displayName,
    locale: row.locale,
    avatarUrl: row.avatarUrl,
    company: row.company,
    // Both maps were checked at the door, and nothing else writes them.
    attributes: row.attributes as Readonly<Record<string, CustomAttributeValue>>,
    tags: row.tags as Readonly<Record<string, string>>,
    status: toStatus(row.status),
    // The table's CHECK allows these two and NULL.
    statusBeforeDeletion: row.statusBeforeDeletion as StatusBeforeDeletion | null,
    statusRevision: row.statusRevision,
    attributeRevision: row.attributeRevision,
  };
}

function toStatus(text: string): UserStatus {
  const status = USER_STATUSES.find((known) => known === text);
  if (status === undefined) throw new Error(`unknown user status "${text}" in the database`);
  return status;
}

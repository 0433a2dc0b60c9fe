import type { StatusBeforeDeletion, UserStatus } from './status.js';

/** A value of the flat map of custom attributes. */
export type CustomAttributeValue = string | number | boolean;

/**
 * What the roster holds of a person, as given by the caller and never altered. `null` means "no value".
 * Lengths and characters are checked at the door (see `checkUserAttributes`), not here.
 */
export interface UserAttributes {
  readonly email: string | null;
  /** E.164, e.g. `+41446681800`. */
  readonly phone: string | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly displayName: string | null;
  /** BCP 47, e.g. `pt-BR`. */
  readonly locale: string | null;
  readonly avatarUrl: string | null;
  readonly company: string | null;
  readonly attributes: Readonly<Record<string, CustomAttributeValue>>;
  /** Tag name to value; a tag without a value has the empty string. */
  readonly tags: Readonly<Record<string, string>>;
}

/** The attributes that hold one text each, in the order in which people read them. */
export const TEXT_ATTRIBUTES = [
  'email',
  'phone',
  'givenName',
  'familyName',
  'displayName',
  'locale',
  'avatarUrl',
  'company',
] as const satisfies readonly (keyof UserAttributes)[];
export type TextAttribute = (typeof TEXT_ATTRIBUTES)[number];

/** A path into `UserAttributes` that a mapping may read: a text attribute or one custom attribute. */
export type CanonicalPath = TextAttribute | `attributes.${string}`;

/** What of a user decides what their accounts shall be. */
export interface MirroredUser extends UserAttributes {
  /** UUID v7. */
  readonly id: string;
  /** The caller's own key: unique among users that are not purged, and stable. */
  readonly externalKey: string;
  readonly status: UserStatus;
  readonly statusBeforeDeletion: StatusBeforeDeletion | null;
  /** Grows by one with each change of status. */
  readonly statusRevision: number;
  /** Grows by one with each change of an attribute. */
  readonly attributeRevision: number;
}

/** The canonical user. */
export interface User extends MirroredUser {
  /** While deleted: the purge asked for, which may still be cancelled until then. */
  readonly purgeNotBefore: Date | null;
  /** Since when nothing may destroy this user's accounts; `null` when no legal hold stands. */
  readonly legalHoldAt: Date | null;
  /** When the erasure of this person was complete; from then on nothing personal is left. */
  readonly erasedAt: Date | null;
  readonly createdAt: Date;
  readonly attributesChangedAt: Date;
  readonly statusChangedAt: Date;
}

export const NO_ATTRIBUTES: UserAttributes = {
  email: null,
  phone: null,
  givenName: null,
  familyName: null,
  displayName: null,
  locale: null,
  avatarUrl: null,
  company: null,
  attributes: {},
  tags: {},
};

/** Reads one canonical path. A custom attribute that is not set reads as `null`. */
export function readPath(user: UserAttributes, path: CanonicalPath): CustomAttributeValue | null {
  if (!path.startsWith('attributes.')) return user[path as TextAttribute];
  const key = path.slice('attributes.'.length);
  return Object.hasOwn(user.attributes, key) ? (user.attributes[key] ?? null) : null;
}

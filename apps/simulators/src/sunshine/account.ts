/** The value of a custom property. @see PROVIDERS.md 2.3, sunshine.openapi.yaml `metadata` */
export type MetadataValue = string | number | boolean;

export const PROFILE_FIELDS = ['givenName', 'surname', 'email', 'avatarUrl', 'locale'] as const;
export type ProfileField = (typeof PROFILE_FIELDS)[number];

/** Fields without a value are left out, as in the description's examples (`profile: {}`). */
export type Profile = Readonly<Partial<Record<ProfileField | 'localeOrigin', string>>>;
export type Metadata = Readonly<Record<string, MetadataValue>>;

/** @see sunshine.openapi.yaml `identity` */
export interface Identity {
  readonly type: string;
  readonly value: string;
  readonly verification: string;
}

/** A user as Sunshine Conversations holds it. Never changed in place: a change is a new value. */
export interface SunshineAccount {
  /** 24 hex characters. */
  readonly id: string;
  readonly externalId: string | null;
  readonly zendeskId: string | null;
  readonly brandId: string | null;
  readonly authenticated: boolean;
  /** ISO 8601 with milliseconds. */
  readonly signedUpAt: string;
  readonly toBeRetained: boolean | null;
  readonly profile: Profile;
  readonly metadata: Metadata;
  readonly identities: readonly Identity[];
  /** Whether a deletion was accepted and has not happened yet. */
  readonly isDeleting: boolean;
}

/** `user` of an answer: as in the description's examples, which leave out what has no value. */
export function toWireUser(account: SunshineAccount): Record<string, unknown> {
  return {
    id: account.id,
    authenticated: account.authenticated,
    ...(account.externalId === null ? {} : { externalId: account.externalId }),
    ...(account.zendeskId === null ? {} : { zendeskId: account.zendeskId }),
    ...(account.brandId === null ? {} : { brandId: account.brandId }),
    signedUpAt: account.signedUpAt,
    ...(account.toBeRetained === null ? {} : { toBeRetained: account.toBeRetained }),
    // In every example though not in the schema: a reader that validates strictly must find out here.
    hasPaymentInfo: false,
    identities: account.identities,
    profile: account.profile,
    metadata: account.metadata,
  };
}

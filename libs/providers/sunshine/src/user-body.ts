import {
  BRAND_ID_MAX_LENGTH,
  bytesOf,
  EXTERNAL_ID_MAX_LENGTH,
  findProfileFault,
  isText,
  METADATA_MAX_BYTES,
  PROFILE_FIELDS,
  refusal,
  refuseUnless,
  type ProfileField,
} from './limits.js';

/** A value of `metadata`. @see sunshine.openapi.yaml `metadata` */
export type MetadataValue = string | number | boolean;

/** Profile of a request. `null` clears a field (inferred from its being nullable). @see sunshine.openapi.yaml `profile` */
export interface ProfileBody {
  /** 1 to 128 characters. */
  readonly givenName?: string | null;
  /** 1 to 128 characters. */
  readonly surname?: string | null;
  /** An email address of 1 to 128 characters. */
  readonly email?: string | null;
  /** A URI of 1 to 2048 characters. */
  readonly avatarUrl?: string | null;
  /** BCP 47, 1 to 64 characters. */
  readonly locale?: string | null;
}

/** Body of an update. What it leaves out stays, or not: see `toNative`. @see sunshine.openapi.yaml `userUpdateBody` */
export interface UserUpdateBody {
  /** Sent to the millisecond; years 0 to 9999. */
  readonly signedUpAt?: Date;
  /** Exempts the user from the deletion schedules of the account. */
  readonly toBeRetained?: boolean;
  readonly profile?: ProfileBody;
  /** Flat, 4 KB in all. */
  readonly metadata?: Readonly<Record<string, MetadataValue>> | null;
}

/** Body of a create. @see sunshine.openapi.yaml `userCreateBody` */
export interface UserCreateBody extends UserUpdateBody {
  /** 1 to 1024 characters; cannot be changed later. Optional there, though without it the user is hard to find again. */
  readonly externalId?: string;
  /** 1 to 24 characters, for a user who belongs to one brand only. */
  readonly brandId?: string | null;
}

/**
 * Holds a body against the limits of the description, before it is sent. The limit of 100 kB on a request needs no
 * look of its own: the limits on its members keep every body below a third of that.
 * @throws ProviderError `invalid`: as `checkMembers`, and `metadata_size`
 */
export function checkUserBody(body: UserCreateBody): void {
  checkMembers(body);
  refuseUnless(bytesOf(body.metadata ?? {}) <= METADATA_MAX_BYTES, 'metadata_size');
}

/**
 * Holds each member of a body against its own limits, and not all metadata together: how its 4 KB are measured is not
 * described, and metadata that goes back as it was read has been taken there, by whatever measure.
 * @throws ProviderError `invalid`: `<member>_length`, `<member>_format`, `signed_up_at_range`, `metadata_value`
 */
export function checkMembers(body: UserCreateBody): void {
  const { externalId, brandId, signedUpAt, profile, metadata } = body;
  if (externalId !== undefined) {
    refuseUnless(isText(externalId, EXTERNAL_ID_MAX_LENGTH), 'external_id_length');
  }
  if (typeof brandId === 'string') checkBrandId(brandId);
  if (signedUpAt !== undefined) refuseUnless(isInFourDigitYear(signedUpAt), 'signed_up_at_range');
  if (profile !== undefined) checkProfile(profile);
  refuseUnless(Object.values(metadata ?? {}).every(isMetadataValue), 'metadata_value');
}

/** @throws ProviderError `invalid`, `brand_id_length` */
export function checkBrandId(brandId: string): void {
  refuseUnless(isText(brandId, BRAND_ID_MAX_LENGTH), 'brand_id_length');
}

/** Other years have a sign and six digits in ISO 8601, which is not the form that the description shows. */
function isInFourDigitYear(date: Date): boolean {
  const year = date.getUTCFullYear(); // NaN for a date that is none
  return year >= 0 && year <= 9999;
}

const WORD_OF: Readonly<Record<ProfileField, string>> = {
  givenName: 'given_name',
  surname: 'surname',
  email: 'email',
  avatarUrl: 'avatar_url',
  locale: 'locale',
};

function checkProfile(profile: ProfileBody): void {
  for (const field of PROFILE_FIELDS) {
    const value = profile[field];
    const fault = typeof value === 'string' ? findProfileFault(field, value) : null;
    if (fault !== null) throw refusal(`${WORD_OF[field]}_${fault}`);
  }
}

/** Whether a value can stand in `metadata`: JSON would make `null`, which it does not take, of a number without end. */
export function isMetadataValue(value: unknown): value is MetadataValue {
  return typeof value === 'number'
    ? Number.isFinite(value)
    : typeof value === 'string' || typeof value === 'boolean';
}

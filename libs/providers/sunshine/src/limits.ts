import { isEmail, ProviderError } from '#identity-provider';

/** What a request's profile has. @see sunshine.openapi.yaml `profile` */
export const PROFILE_FIELDS = ['givenName', 'surname', 'email', 'avatarUrl', 'locale'] as const;
export type ProfileField = (typeof PROFILE_FIELDS)[number];

/** Length of each profile field, from 1. @see sunshine.openapi.yaml `profile`, checked 2026-11-20 */
export const PROFILE_MAX_LENGTH: Readonly<Record<ProfileField, number>> = {
  givenName: 128,
  surname: 128,
  email: 128,
  avatarUrl: 2048,
  locale: 64,
};

/** Length of `externalId`, from 1. @see sunshine.openapi.yaml `userCreateBody`, checked 2026-11-20 */
export const EXTERNAL_ID_MAX_LENGTH = 1024;

/** Length of `brandId`, from 1. @see sunshine.openapi.yaml `userCreateBody`, checked 2026-11-20 */
export const BRAND_ID_MAX_LENGTH = 24;

/** Bytes of `metadata` in all, measured as JSON (that JSON is what counts is inferred). @see PROVIDERS.md 2.3 */
export const METADATA_MAX_BYTES = 4096;

/** Whether a text has 1 to `most` characters, counted in code points as JSON Schema does, and is Unicode at all. */
export function isText(value: string, most: number): boolean {
  if (value.length === 0 || value.length > most * 2) return false;
  return value.isWellFormed() && (value.length <= most || Array.from(value).length <= most);
}

const URI =
  /^[a-z][a-z\d+.-]*:(?:[\w\-.~!$&'()*+,;=:@/?[\]]|%[\da-f]{2})+(?:#(?:[\w\-.~!$&'()*+,;=:@/?]|%[\da-f]{2})*)?$/i;

/** The format `uri`: absolute, and in ASCII. @see JSON Schema Validation 7.3.5; RFC 3986 */
function isUri(value: string): boolean {
  return URI.test(value) && URL.canParse(value);
}

const FORMATS: Partial<Readonly<Record<ProfileField, (value: string) => boolean>>> = {
  email: isEmail,
  avatarUrl: isUri,
};

/** Which limit of the profile a value breaks; text that is no Unicode has no length. */
export function findProfileFault(field: ProfileField, value: string): 'length' | 'format' | null {
  if (!isText(value, PROFILE_MAX_LENGTH[field])) return 'length';
  return FORMATS[field]?.(value) === false ? 'format' : null;
}

/** Bytes of a value as JSON. */
export function bytesOf(json: unknown): number {
  return Buffer.byteLength(JSON.stringify(json));
}

/** A limit of the description that a request would break, told instead of sending it. */
export function refusal(reason: string): ProviderError {
  return new ProviderError('invalid', { reason });
}

/** @throws ProviderError `invalid` with this reason */
export function refuseUnless(isKept: boolean, reason: string): void {
  if (!isKept) throw refusal(reason);
}

import { randomHex, type SimulatorContext } from '../frame/index.js';
import {
  PROFILE_FIELDS,
  type Metadata,
  type MetadataValue,
  type Profile,
  type ProfileField,
  type SunshineAccount,
} from './account.js';
import {
  METADATA_MAX_BYTES,
  type CreateBody,
  type MetadataBody,
  type ProfileBody,
  type UpdateBody,
} from './bodies.js';
import { badRequest } from './refusal.js';
import type { SunshineBehaviour } from './behaviour.js';

/** What a new account needs beside its body. */
export interface Birth {
  /** 24 hex characters. */
  readonly id: string;
  /** ISO 8601; becomes `signedUpAt` when the body has none. */
  readonly at: string;
}

/** A new id, and the present time. */
export function newBirth(context: SimulatorContext): Birth {
  return { id: randomHex(() => context.random(), 24), at: new Date(context.now()).toISOString() };
}

/** The account that a valid create body makes. Throws a 400 for metadata that is too large or may not be null. */
export function createAccount(
  body: CreateBody,
  { accountLocale, metadataNull }: Pick<SunshineBehaviour, 'accountLocale' | 'metadataNull'>,
  birth: Birth,
): SunshineAccount {
  const profile = mergeProfile({}, body.profile ?? {});
  const hasOwnLocale = body.profile?.locale !== undefined || accountLocale === '';
  return {
    id: birth.id,
    externalId: body.externalId ?? null,
    zendeskId: null,
    brandId: body.brandId ?? null,
    authenticated: false,
    signedUpAt: body.signedUpAt ?? birth.at,
    toBeRetained: body.toBeRetained ?? null,
    profile: hasOwnLocale ? profile : { ...profile, locale: accountLocale, localeOrigin: 'zendeskAccount' },
    metadata: readMetadata(body.metadata ?? {}, metadataNull),
    identities: [],
    isDeleting: false,
  };
}

/** The account after a valid update body. Throws a 400 for metadata that would be too large or may not be null. */
export function updateAccount(
  account: SunshineAccount,
  body: UpdateBody,
  behaviour: Pick<SunshineBehaviour, 'patchProfile' | 'patchMetadata' | 'metadataNull'>,
): SunshineAccount {
  return {
    ...account,
    signedUpAt: body.signedUpAt ?? account.signedUpAt,
    toBeRetained: body.toBeRetained ?? account.toBeRetained,
    profile: changeProfile(account.profile, body.profile, behaviour.patchProfile),
    metadata: changeMetadata(account.metadata, body.metadata, behaviour),
  };
}

/**
 * Clears names, email, avatar and every custom property; externalId and identities stay.
 * @see PROVIDERS.md 2.7 (the locale is not among what is cleared, and is not in the example of an answer either)
 */
export function withoutPersonalInformation(
  account: SunshineAccount,
  { erasureLocale }: Pick<SunshineBehaviour, 'erasureLocale'>,
): SunshineAccount {
  return { ...account, profile: erasureLocale === 'keep' ? localeOf(account.profile) : {}, metadata: {} };
}

function localeOf({ locale, localeOrigin }: Profile): Profile {
  return {
    ...(locale === undefined ? {} : { locale }),
    ...(localeOrigin === undefined ? {} : { localeOrigin }),
  };
}

function changeProfile(before: Profile, body: ProfileBody | undefined, rule: 'merge' | 'replace'): Profile {
  if (body === undefined) return before;
  return mergeProfile(rule === 'replace' ? {} : before, body);
}

function mergeProfile(before: Profile, body: ProfileBody): Profile {
  const after: Partial<Record<ProfileField | 'localeOrigin', string>> = {};
  for (const field of PROFILE_FIELDS) {
    const value = body[field] === undefined ? before[field] : body[field];
    if (value !== null && value !== undefined) after[field] = value;
  }
  if (body.locale === undefined && before.localeOrigin !== undefined)
    after.localeOrigin = before.localeOrigin;
  return after;
}

function changeMetadata(
  before: Metadata,
  body: MetadataBody | null | undefined,
  rules: Pick<SunshineBehaviour, 'patchMetadata' | 'metadataNull'>,
): Metadata {
  if (body === undefined) return before;
  if (body === null) return {};
  return readMetadata(rules.patchMetadata === 'replace' ? body : { ...before, ...body }, rules.metadataNull);
}

/** A key sent as null is cleared, where that is allowed. @see PROVIDERS.md 2.3 ("with explicit nulls", inferred) */
function readMetadata(body: MetadataBody, nulls: 'clear' | 'refuse'): Metadata {
  const kept: [string, MetadataValue][] = [];
  for (const [key, value] of Object.entries(body)) {
    if (value !== null) kept.push([key, value]);
    else if (nulls === 'refuse') throw badRequest(['"metadata" values must be strings, numbers or booleans']);
  }
  const metadata = Object.fromEntries(kept);
  if (Buffer.byteLength(JSON.stringify(metadata)) <= METADATA_MAX_BYTES) return metadata;
  throw badRequest([`"metadata" must not exceed ${METADATA_MAX_BYTES} bytes`]);
}

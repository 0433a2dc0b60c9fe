import {
  findViolations,
  mapAttributes,
  readNative,
  type Account,
  type AttributeCapability,
  type Desired,
  type DesiredAccount,
  type Mapping,
  type NativeAttributes,
  type NativeValue,
} from '#identity-provider';
import { MARKER_KEY } from './capabilities.js';
import { findProfileFault, PROFILE_FIELDS } from './limits.js';
import { isMetadataValue, type MetadataValue, type ProfileBody } from './user-body.js';
import type { HeldUser } from './user.js';
import { findFormatViolations, findKeyViolations, findMetadataViolations } from './violations.js';

/** How Sunshine would spell a user. Pure. */
export function toDesired(
  desired: Desired,
  mapping: Mapping,
  carried: readonly AttributeCapability[],
): DesiredAccount {
  const mapped = Object.entries(mapAttributes(desired.attributes, mapping));
  const attributes = Object.fromEntries(mapped.map(([path, value]) => [path, readValue(value)]));
  const fullest = toMetadata(attributes, { held: {}, marker: 'deactivated' }); // the marker must have room at any time
  return {
    attributes,
    lookupKeys: [{ kind: 'remoteKey', value: desired.remoteKey }],
    tags: null,
    violations: [
      ...findKeyViolations(desired.remoteKey),
      ...findViolations(attributes, mapping, carried),
      ...findFormatViolations(attributes, mapping),
      ...findMetadataViolations(fullest, attributes, mapping),
    ],
  };
}

/** What an account holds beside what is to be written. */
export interface Beside {
  /** The account as read just before; `null` for a new one. */
  readonly user: HeldUser | null;
  /** The marker to set; `null` removes it. (Default: it stays as it is) */
  readonly marker?: string | null;
}

/** A body with the whole of a user's content. */
export interface WholeBody {
  readonly profile: ProfileBody;
  readonly metadata: Readonly<Record<string, MetadataValue>>;
}

/**
 * The whole profile and the whole metadata to be sent.
 *
 * Whether a PATCH merges or replaces is not documented (PROVIDERS.md 2.3), so the body is right under both: what we do
 * not manage is sent back as read, and a value is removed by saying so and never by leaving it out. In the profile that
 * is `null`. Metadata takes no `null` by its description, so there it is the empty string, which reads as "no value"
 * (inferred), and which is only written over something.
 */
export function toNative(attributes: NativeAttributes, beside: Beside): WholeBody {
  const held = beside.user?.metadata ?? {};
  const marker = beside.marker === undefined ? readValue(held[MARKER_KEY]) : beside.marker;
  return {
    profile: wholeProfile(beside.user, attributes),
    metadata: toMetadata(attributes, { held, marker }),
  };
}

/**
 * What is to be written, and what is held for the rest; `localeOrigin` comes with answers, and no body has it.
 * A held value that no body may have, such as an address beyond ASCII, is left out: sent, it would stand in the way of
 * our marker, and a leaver must not stay unmarked for it. What is to be written comes without such values.
 */
function wholeProfile(user: HeldUser | null, attributes: NativeAttributes): ProfileBody {
  const held = user?.profile ?? {};
  const fields = PROFILE_FIELDS.map((field) => {
    const path = `profile.${field}`;
    const value = Object.hasOwn(attributes, path) ? attributes[path] : held[field];
    return [field, typeof value === 'string' && value !== '' ? value : null] as const;
  });
  const fitting = fields.filter(
    ([field, value]) => value === null || findProfileFault(field, value) === null,
  );
  return Object.fromEntries(fitting);
}

function toMetadata(
  attributes: NativeAttributes,
  { held, marker }: { held: Readonly<Record<string, unknown>>; marker: NativeValue },
): Record<string, MetadataValue> {
  const metadata = new Map<string, MetadataValue>();
  for (const [key, value] of Object.entries(held)) if (isMetadataValue(value)) metadata.set(key, value);
  for (const [key, value] of Object.entries({ ...below('metadata.', attributes), [MARKER_KEY]: marker })) {
    if (value !== null) metadata.set(key, value);
    else if (metadata.has(key)) metadata.set(key, '');
  }
  return Object.fromEntries(metadata);
}

function below(prefix: string, attributes: NativeAttributes): Record<string, NativeValue> {
  return Object.fromEntries(
    Object.entries(attributes)
      .filter(([path]) => path.startsWith(prefix))
      .map(([path, value]) => [path.slice(prefix.length), value]),
  );
}

/** Where a user holds a native path. */
export interface Place {
  readonly to: string;
  readonly part: 'profile' | 'metadata';
  readonly key: string;
}

/** The places of a mapping. They are found once: a key that is cut out of a path anew takes longer to look up. */
export function placesOf({ lines }: Mapping): readonly Place[] {
  return lines.map(({ to }) => {
    const dot = to.indexOf('.');
    return { to, part: to.slice(0, dot) === 'profile' ? 'profile' : 'metadata', key: to.slice(dot + 1) };
  });
}

/** An account as read, in the spelling of `toDesired`. */
export function toAccount(user: HeldUser, places: readonly Place[]): Account {
  const marker = readMarker(user);
  const remoteKey = user.externalId ?? null;
  return {
    accountId: user.id,
    remoteKey,
    state: marker === null ? 'live' : 'suspended',
    marker,
    attributes: readNative(places, (place) => readAt(user, place)),
    lookupKeys: remoteKey === null ? [] : [{ kind: 'remoteKey', value: remoteKey }],
  };
}

function readAt(user: HeldUser, { part, key }: Place): NativeValue {
  const held = user[part] ?? {};
  return Object.hasOwn(held, key) ? readValue(held[key]) : null;
}

/** `active` is what a person may write by hand who knows our markers; it means the same as none. */
function readMarker(user: HeldUser): string | null {
  const value = readValue(user.metadata?.[MARKER_KEY]);
  return value === null || value === 'active' ? null : String(value);
}

/** The empty string is how metadata spells "no value", and is refused in the profile. JSON knows no negative zero. */
function readValue(value: unknown): NativeValue {
  if (!isMetadataValue(value) || value === '') return null;
  return value === 0 ? 0 : value;
}

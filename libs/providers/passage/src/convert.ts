import {
  createdAtOf,
  findViolations,
  mapAttributes,
  readNative,
  type Account,
  type AttributeCapability,
  type Desired,
  type DesiredAccount,
  type LookupKey,
  type Mapping,
  type NativeAttributes,
  type NativeValue,
} from '#identity-provider';
import type { UserBody } from './user-body.js';
import type { HeldUser } from './user.js';

const METADATA = 'user_metadata.';

/** How Passage would spell a user. Pure. */
export function toDesired(
  desired: Desired,
  mapping: Mapping,
  carried: readonly AttributeCapability[],
): DesiredAccount {
  const mapped = Object.entries(mapAttributes(desired.attributes, mapping));
  const attributes = Object.fromEntries(mapped.map(([path, value]) => [path, readValue(value)]));
  const lookupKeys = lookupKeysOf(attributes);
  const unreachable = { attribute: 'email', rule: 'email or phone is required there' };
  return {
    attributes,
    lookupKeys,
    tags: null,
    violations: [
      ...(lookupKeys.length === 0 ? [unreachable] : []),
      ...findViolations(attributes, mapping, carried),
    ],
  };
}

/** The login identifiers among native attributes. */
function lookupKeysOf(attributes: NativeAttributes): LookupKey[] {
  return (['email', 'phone'] as const).flatMap((kind) => {
    const value = attributes[kind];
    return typeof value === 'string' ? [{ kind, value: spellKey({ kind, value }) }] : [];
  });
}

/** A key as Passage compares it (inferred: emails without regard to case). @see PROVIDERS.md 3.6 */
export function spellKey({ kind, value }: LookupKey): string {
  return kind === 'email' ? value.toLowerCase() : value;
}

/** Body of a create: what has no value is left out. */
export function toCreateBody(attributes: NativeAttributes): UserBody {
  const metadata = Object.entries(metadataOf(attributes)).filter(([, value]) => value !== null);
  return {
    ...identifierIn(attributes, 'email'),
    ...identifierIn(attributes, 'phone'),
    ...(metadata.length === 0 ? {} : { user_metadata: Object.fromEntries(metadata) }),
  };
}

/** Whether a change touches `user_metadata`, which then has to be read before it is written. */
export function touchesMetadata(changed: readonly string[]): boolean {
  return changed.some((path) => path.startsWith(METADATA));
}

/**
 * Body of an update: only identifiers that changed, since writing one may make it unverified (PROVIDERS.md 3.7), and
 * the whole of `user_metadata` if any of it changed, with what we do not manage as it was read. Whether a PATCH of it
 * merges or replaces is not documented (PROVIDERS.md 3.3); `null` clears under both, and so does `""` an identifier,
 * which is how an answer spells a missing one (both inferred).
 */
export function toNative(
  attributes: NativeAttributes,
  changed: readonly string[],
  user: HeldUser | null,
): UserBody {
  return {
    ...(changed.includes('email') ? { email: textOf(attributes, 'email') } : {}),
    ...(changed.includes('phone') ? { phone: textOf(attributes, 'phone') } : {}),
    ...(touchesMetadata(changed)
      ? { user_metadata: { ...valuesOf(user?.user_metadata ?? {}), ...metadataOf(attributes) } }
      : {}),
  };
}

function identifierIn(attributes: NativeAttributes, name: 'email' | 'phone'): UserBody {
  const text = textOf(attributes, name);
  return text === '' ? {} : { [name]: text };
}

function textOf(attributes: NativeAttributes, path: string): string {
  const value = attributes[path] ?? '';
  return typeof value === 'string' ? value : String(value);
}

function metadataOf(attributes: NativeAttributes): Record<string, NativeValue> {
  return Object.fromEntries(
    Object.entries(attributes)
      .filter(([path]) => path.startsWith(METADATA))
      .map(([path, value]) => [path.slice(METADATA.length), value]),
  );
}

/** Whatever it is, since nothing says that it is flat; a key without a value is as good as none. */
function valuesOf(metadata: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== null));
}

/**
 * An account as read, in the spelling of `toDesired`. Only `inactive` is suspended: `pending` accounts can be logged in
 * to, and a status that we do not know is taken for live, which at most makes us deactivate a leaver once more.
 */
export function toAccount(user: HeldUser, mapping: Mapping): Account {
  return {
    accountId: user.id,
    remoteKey: null,
    state: user.status === 'inactive' ? 'suspended' : 'live',
    marker: null,
    attributes: readNative(mapping.lines, ({ to }) => readAt(user, to)),
    lookupKeys: lookupKeysOf({ email: readValue(user.email), phone: readValue(user.phone) }),
    ...createdAtOf(user.created_at),
  };
}

function readAt(user: HeldUser, path: string): NativeValue {
  if (path === 'email' || path === 'phone') return readValue(user[path]);
  const metadata = user.user_metadata ?? {};
  const key = path.slice(METADATA.length);
  return Object.hasOwn(metadata, key) ? readValue(metadata[key]) : null;
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** A missing email or phone comes back as `""` (inferred). JSON knows no negative zero. @see PROVIDERS.md 3.3 */
function readValue(value: unknown): NativeValue {
  if (!isScalar(value) || value === '') return null;
  return value === 0 ? 0 : value;
}

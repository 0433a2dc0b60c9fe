import {
  createdAtOf,
  mapAttributes,
  type Account,
  type AttributeCapability,
  type Desired,
  type DesiredAccount,
  type LookupKey,
  type Mapping,
  type NativeAttributes,
  type NativeValue,
  type Violation,
} from '#identity-provider';
import type { SendauthUser, UserBody } from './api.js';
import { sendauthCapabilities } from './capabilities.js';
import { READ_ONLY, READ_ONLY_OF_COMPANY } from './user.js';

/** As loose as `format: email` is checked anywhere. @see PROVIDERS.md 4.3 */
const EMAIL = /^[^\s@]+@[^\s@]+$/;

/** How SendAuth would spell a user. Pure. */
export function toDesired(desired: Desired, mapping: Mapping): DesiredAccount {
  const mapped = Object.entries(mapAttributes(desired.attributes, mapping));
  const attributes = Object.fromEntries(mapped.map(([path, value]) => [path, readText(value)] as const));
  return {
    attributes,
    lookupKeys: lookupKeysOf(attributes['email'] ?? null),
    tags: desired.attributes.tags,
    violations: mapping.lines.flatMap(({ from, to }): Violation[] => {
      const rule = brokenRule(to, attributes[to] ?? null);
      return rule === null ? [] : [{ attribute: from, rule }];
    }),
  };
}

/** Lengths count code points, as JSON Schema does, so that a letter beyond the basic plane is one letter. */
function brokenRule(path: string, value: NativeValue): string | null {
  const limit: AttributeCapability | undefined = sendauthCapabilities.attributes.find(
    (each) => each.path === path,
  );
  if (value === null) return limit?.required === true ? 'is required there' : null;
  const { length } = Array.from(String(value));
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = limit ?? {};
  if (length < minLength) return `must have at least ${minLength} characters there`;
  if (length > maxLength) return `must have at most ${maxLength} characters there`;
  return path === 'email' && !EMAIL.test(String(value)) ? 'must be an email address there' : null;
}

/** Emails are one key whatever their case. (Inferred. @see PROVIDERS.md 4.6) */
export function spellEmail(email: string): string {
  return email.toLowerCase();
}

function lookupKeysOf(email: NativeValue): LookupKey[] {
  return typeof email === 'string' ? [{ kind: 'email', value: spellEmail(email) }] : [];
}

/** Body of a create: what has no value is left out. */
export function toCreateBody(attributes: NativeAttributes): UserBody {
  return toBody({}, attributes, null);
}

/**
 * Body of an update: everything that was read and may be written, with our attributes over it. A PUT may reset what it
 * leaves out, so what we do not manage (role, permissions, fields we do not know) goes back as it came.
 * @see PROVIDERS.md 4.3
 */
export function toUpdateBody(attributes: NativeAttributes, user: SendauthUser): UserBody {
  const kept = Object.entries(user).filter(([name, value]) => !READ_ONLY.includes(name) && value !== null);
  return toBody(Object.fromEntries(kept), attributes, user);
}

function toBody(kept: UserBody, attributes: NativeAttributes, user: SendauthUser | null): UserBody {
  const sent = new Map(Object.entries(kept));
  sent.delete('company');
  for (const [path, value] of Object.entries(attributes)) {
    if (path === 'company.name') continue;
    if (value !== null) sent.set(path, value);
    // Named and empty, so that it is cleared also where left-out fields are kept (inferred).
    else if (sent.has(path)) sent.set(path, '');
  }
  const company = companyOf(attributes['company.name'] ?? null, user);
  return { ...Object.fromEntries(sent), ...(company === null ? {} : { company }) };
}

/**
 * The company to be sent. It is a record of its own with an id, which others may belong to: another name is sent
 * without the id, or it would rename the company of everybody in it.
 */
function companyOf(name: NativeValue, user: SendauthUser | null): UserBody | null {
  if (name === null) return null;
  const held = user?.company;
  if (held?.name !== name) return { name };
  return Object.fromEntries(
    Object.entries(held).filter(([member]) => !READ_ONLY_OF_COMPANY.includes(member)),
  );
}

/** A user as read, in the spelling of `toDesired`. Answers do not tell live from soft-deleted: the asker knows. */
export function toAccount(user: SendauthUser, mapping: Mapping, state: 'live' | 'softDeleted'): Account {
  const email = readText(user.email);
  const read: Readonly<Record<string, NativeValue>> = {
    firstName: readText(user.firstName),
    lastName: readText(user.lastName),
    email: typeof email === 'string' ? spellEmail(email) : null,
    phone: readText(user.phone),
    'company.name': readText(user.company?.name),
  };
  return {
    accountId: user.id,
    remoteKey: null,
    state,
    marker: null,
    attributes: Object.fromEntries(mapping.lines.map(({ to }) => [to, read[to] ?? null] as const)),
    lookupKeys: lookupKeysOf(email),
    ...createdAtOf(user.createdAt),
  };
}

function readText(value: unknown): NativeValue {
  return typeof value === 'string' && value !== '' ? value : null;
}

import {
  brokenLimit,
  createdAtOf,
  isEmail,
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
  type Violation,
} from '#identity-provider';
import type { UserUpdate } from './api.js';
import { sendauthCapabilities } from './capabilities.js';
import type { UserBody } from './user-body.js';
import type { SendauthUser } from './user.js';

/** Members that an answer has and no body. @see sendauth.openapi.yaml `User` readOnly */
const READ_ONLY: readonly string[] = ['id', 'username', 'hasPasskeys', 'createdAt', 'lastAuthenticated'];

/** @see sendauth.openapi.yaml `Company` readOnly */
const READ_ONLY_OF_COMPANY: readonly string[] = ['createdAt'];

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

function brokenRule(path: string, value: NativeValue): string | null {
  const limit: AttributeCapability | undefined = sendauthCapabilities.attributes.find(
    (each) => each.path === path,
  );
  const broken = brokenLimit(value, limit);
  if (broken !== null || value === null) return broken;
  return path === 'email' && !isEmail(String(value)) ? 'must be a plain ASCII email address there' : null;
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
  const name = attributes['company.name'] ?? null;
  return { ...ownMembers(attributes), ...(name === null ? {} : { company: { name: String(name) } }) };
}

/**
 * Body of an update: our attributes, and all else that was read and may be written, as it came. A PUT may reset what it
 * leaves out, so what we do not manage (role, permissions, members we do not know) goes back.
 *
 * Whether it may also keep what it leaves out is not documented, so what loses its value is named and empty where the
 * description has room for that. An email has none: it is left out, and where that keeps it, the answer tells.
 * @see PROVIDERS.md 4.3
 */
export function toUpdate(
  attributes: NativeAttributes,
  user: SendauthUser,
): Pick<UserUpdate, 'body' | 'kept'> {
  const others = Object.entries(user).filter(
    ([member, value]) => !READ_ONLY.includes(member) && !isManaged(member, attributes) && value !== null,
  );
  const company = companyOf(attributes, user);
  const clearsPhone = attributes['phone'] === null && readText(user.phone) !== null;
  return {
    body: { ...ownMembers(attributes), ...(clearsPhone ? { phone: '' } : {}), ...company.body },
    kept: { ...Object.fromEntries(others), ...company.kept },
  };
}

function isManaged(member: string, attributes: NativeAttributes): boolean {
  return Object.hasOwn(attributes, member) || member === 'company';
}

/** What has a value; names are always there, since SendAuth requires them. */
function ownMembers(attributes: NativeAttributes): UserBody {
  const { firstName, lastName, email = null, phone = null } = attributes;
  return {
    firstName: String(firstName ?? ''),
    lastName: String(lastName ?? ''),
    ...(email === null ? {} : { email: String(email) }),
    ...(phone === null ? {} : { phone: String(phone) }),
  };
}

/**
 * The company to be sent. It is a record of its own with an id, which others may belong to: another name is sent
 * without the id, or it would rename the company of everybody in it. The same name goes back as it was read.
 */
function companyOf(
  attributes: NativeAttributes,
  { company: held }: SendauthUser,
): { readonly body?: Pick<UserBody, 'company'>; readonly kept?: object } {
  const heldName = readText(held?.name);
  const { 'company.name': name = heldName } = attributes;
  if (name !== heldName) return { body: { company: name === null ? null : { name: String(name) } } };
  const members = Object.entries(held ?? {}).filter(([member]) => !READ_ONLY_OF_COMPANY.includes(member));
  return members.length === 0 ? {} : { kept: { company: Object.fromEntries(members) } };
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
    attributes: readNative(mapping.lines, ({ to }) => read[to] ?? null),
    lookupKeys: lookupKeysOf(email),
    ...createdAtOf(user.createdAt),
  };
}

function readText(value: unknown): NativeValue {
  return typeof value === 'string' && value !== '' ? value : null;
}

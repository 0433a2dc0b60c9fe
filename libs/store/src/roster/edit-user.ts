import type { User, UserAttributes } from '#domain';
import { recordAudit } from '../audit/record-audit.js';
import { requireNoTombstone } from '../erasure/tombstones.js';
import type { Database } from '../database.js';
import { markLinks } from '../mark.js';
import { changedValues, patched } from './changes.js';
import { createLinks } from './create-links.js';
import { ExternalKeyTaken, UserClosed } from './errors.js';
import {
  type NewUser,
  type Replacement,
  type UserPatch,
  wholeAttributesOf,
  type WholeTags,
} from './input/schema.js';
import { lockUser, readUser } from './lock-user.js';
import { requireRevision, type Expected } from './revision.js';
import type { Roster } from './roster.js';
import { transact } from './transact.js';
import { insertUsers, setAttributesOfOne } from './write-users.js';
import { NO_ATTRIBUTES } from '#domain';

/** The user after a write, and whether the write changed anything (an unchanged user rings no doorbell). */
export interface Written {
  readonly user: User;
  readonly changed: boolean;
}

/** Which user, and as the caller last saw it. */
export interface UserRef {
  readonly id: string;
  /** (Default: whatever it is now) */
  readonly expected?: Expected | undefined;
}

/** How somebody is entered or edited. */
export interface EntryOptions {
  /** The email of an erased person is another person's now; whoever says so knows. (Default: false) */
  readonly acknowledgesErased?: boolean | undefined;
}

/**
 * Enters a user: row, links, audit entry, in one transaction.
 * @throws ExternalKeyTaken, Erased, ErasedIdentifier
 */
export async function createUser(
  roster: Roster,
  actor: string,
  given: NewUser,
  options: EntryOptions = {},
): Promise<User> {
  return transact(roster.database, (sql) => enterUser({ sql, roster, actor }, given, options));
}

/** The transaction that somebody is entered in. */
export interface Entry {
  readonly sql: Database['sql'];
  readonly roster: Roster;
  readonly actor: string;
}

/**
 * Enters a user as part of a transaction.
 * @throws ExternalKeyTaken, Erased, ErasedIdentifier
 */
export async function enterUser(
  { sql, roster, actor }: Entry,
  given: NewUser,
  { acknowledgesErased = false }: EntryOptions = {},
): Promise<User> {
  const id = roster.newId();
  const attributes = wholeAttributesOf(given);
  const person = { externalKey: given.externalKey, email: attributes.email };
  await requireNoTombstone(sql, roster.hashKey, person, acknowledgesErased);
  const user = { id, externalKey: given.externalKey, status: 'active', attributes } as const;
  const entered = await insertUsers(sql, [user]);
  if (!entered.has(id)) throw new ExternalKeyTaken();
  await createLinks(sql, [user], 'live');
  const values = { externalKey: given.externalKey, ...changedValues(NO_ATTRIBUTES, attributes) };
  const detail = acknowledgesErased ? { acknowledgesErased } : {};
  await recordAudit(sql, roster.hashKey, [{ actor, action: 'user.create', userId: id, values, detail }]);
  return readUser(sql, id);
}

/**
 * Sets every attribute: what is left out has no value afterwards. Writes nothing when nothing differs.
 * @throws UserNotFound, RevisionMismatch, UserClosed, Erased, ErasedIdentifier
 */
export async function replaceUser(
  roster: Roster,
  actor: string,
  change: UserRef & EntryOptions & { readonly attributes: Replacement },
): Promise<Written> {
  const after = wholeAttributesOf(change.attributes);
  return transact(roster.database, (sql) => edit({ sql, roster, actor, ref: change }, () => after));
}

/**
 * Sets the attributes that are given: left out stays, `null` clears, maps are merged. Writes nothing when nothing differs.
 * @throws UserNotFound, RevisionMismatch, UserClosed, TooManyEntries, Erased, ErasedIdentifier
 */
export async function patchUser(
  roster: Roster,
  actor: string,
  change: UserRef & EntryOptions & { readonly patch: UserPatch },
): Promise<Written> {
  return transact(roster.database, (sql) =>
    edit({ sql, roster, actor, ref: change }, (before) => patched(before, change.patch)),
  );
}

/**
 * Sets every tag, and nothing else: names that are left out are taken away. Writes nothing when nothing differs.
 * @throws UserNotFound, RevisionMismatch, UserClosed
 */
export async function replaceTags(
  roster: Roster,
  actor: string,
  change: UserRef & { readonly tags: WholeTags },
): Promise<Written> {
  const tags = { ...change.tags };
  return transact(roster.database, (sql) =>
    edit({ sql, roster, actor, ref: change }, (before) => ({ ...before, tags })),
  );
}

interface Edit extends Entry {
  readonly ref: UserRef & EntryOptions;
}

async function edit(
  { sql, roster, actor, ref }: Edit,
  decide: (before: UserAttributes) => UserAttributes,
): Promise<Written> {
  const before = await lockUser(sql, ref.id);
  requireRevision(before, ref.expected);
  if (before.status !== 'active' && before.status !== 'deactivated') throw new UserClosed(before.status);
  const attributes = decide(before);
  const values = changedValues(before, attributes);
  if (Object.keys(values).length === 0) return { user: before, changed: false };
  const acknowledgesErased = ref.acknowledgesErased ?? false;
  if (values['email'] !== undefined) {
    await requireNoTombstone(sql, roster.hashKey, { email: attributes.email }, acknowledgesErased);
  }
  const user = await setAttributesOfOne(sql, { id: ref.id, attributes });
  await markLinks(sql, [ref.id], { lane: 'live' });
  const detail = acknowledgesErased ? { acknowledgesErased } : {};
  await recordAudit(sql, roster.hashKey, [{ actor, action: 'user.update', userId: ref.id, values, detail }]);
  return { user, changed: true };
}

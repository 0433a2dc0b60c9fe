import { type CustomAttributeValue, TEXT_ATTRIBUTES, type TextAttribute, type UserAttributes } from '#domain';
import { TooManyEntries } from './errors.js';
import type { UserPatch } from './input/schema.js';

const MAX_ENTRIES = 50;

/** New values by name: `email`, `attributes.badge`, `tags.team`. `null` where a value was taken away. */
export type ChangedValues = Readonly<Record<string, CustomAttributeValue | null>>;

/** What differs between two states of a user, name by name. Empty when they are the same. */
export function changedValues(before: UserAttributes, after: UserAttributes): ChangedValues {
  const changed: Record<string, CustomAttributeValue | null> = {};
  for (const name of TEXT_ATTRIBUTES) {
    if (before[name] !== after[name]) changed[name] = after[name];
  }
  for (const map of ['attributes', 'tags'] as const) {
    addMapChanges(changed, map, { before: before[map], after: after[map] });
  }
  return changed;
}

type AnyMap = Readonly<Record<string, CustomAttributeValue>>;

function addMapChanges(
  changed: Record<string, CustomAttributeValue | null>,
  name: 'attributes' | 'tags',
  map: { readonly before: AnyMap; readonly after: AnyMap },
): void {
  for (const key of Object.keys(map.before)) {
    if (!Object.hasOwn(map.after, key)) changed[`${name}.${key}`] = null;
  }
  for (const [key, value] of Object.entries(map.after)) {
    if (!Object.hasOwn(map.before, key) || map.before[key] !== value) changed[`${name}.${key}`] = value;
  }
}

/**
 * A user's attributes after a patch: left out stays, `null` clears, maps are merged key by key with `null` deleting one.
 * @throws TooManyEntries when a map would outgrow its bound
 */
export function patched(before: UserAttributes, patch: UserPatch): UserAttributes {
  const text = (name: TextAttribute): string | null =>
    patch[name] === undefined ? before[name] : patch[name];
  return {
    email: text('email'),
    phone: text('phone'),
    givenName: text('givenName'),
    familyName: text('familyName'),
    displayName: text('displayName'),
    locale: text('locale'),
    avatarUrl: text('avatarUrl'),
    company: text('company'),
    attributes: merged('attributes', before.attributes, patch.attributes),
    tags: merged('tags', before.tags, patch.tags),
  };
}

function merged<Value>(
  field: 'attributes' | 'tags',
  before: Readonly<Record<string, Value>>,
  changes: Readonly<Record<string, Value | null>> | null | undefined,
): Readonly<Record<string, Value>> {
  if (changes === undefined) return before;
  if (changes === null) return {};
  const after = new Map(Object.entries(before));
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) after.delete(key);
    else after.set(key, value);
  }
  if (after.size > MAX_ENTRIES) throw new TooManyEntries(field);
  return Object.fromEntries(after);
}

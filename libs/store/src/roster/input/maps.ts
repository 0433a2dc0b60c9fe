import { findTextFault } from '#domain';

/** One entry of a map that breaks a rule; `key` is `null` when the map as a whole does. */
export interface MapFault {
  readonly key: string | null;
  readonly rule: string;
}

const MAX_ENTRIES = 50;
const MAX_ATTRIBUTE_VALUE = 1_024;
const MAX_TAG_NAME = 64;
const MAX_TAG_VALUE = 256;
const ATTRIBUTE_KEY = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
// Own keys of these names change the prototype of whatever they are later assigned to.
const UNSAFE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** Checks the map of custom attributes. `null` values are accepted where a value may be deleted by it. */
export function findAttributeFaults(map: unknown, nullDeletes: boolean): MapFault[] {
  return findMapFaults(map, (key, value) => {
    if (!ATTRIBUTE_KEY.test(key))
      return 'key must be 1 to 64 letters, digits and underscores, a letter first';
    if (value === null) return nullDeletes ? null : 'must not be null; leave the key out';
    return attributeValueFault(value);
  });
}

function attributeValueFault(value: unknown): string | null {
  if (typeof value === 'boolean') return null;
  if (typeof value === 'number') return Number.isFinite(value) ? null : 'must be a finite number';
  if (typeof value !== 'string') return 'must be a text, a number, or true or false';
  if (value.length > MAX_ATTRIBUTE_VALUE) return `must have at most ${MAX_ATTRIBUTE_VALUE} characters`;
  return storable(value);
}

/** Checks the map of tags. A tag without a value has the empty string. */
export function findTagFaults(map: unknown, nullDeletes: boolean): MapFault[] {
  return findMapFaults(map, (name, value) => {
    if (name === '' || name.length > MAX_TAG_NAME) return `name must have 1 to ${MAX_TAG_NAME} characters`;
    if (value === null) return nullDeletes ? null : 'must not be null; leave the tag out';
    if (typeof value !== 'string') return 'must be a text';
    if (value.length > MAX_TAG_VALUE) return `must have at most ${MAX_TAG_VALUE} characters`;
    return storable(name) ?? storable(value);
  });
}

function storable(text: string): string | null {
  const fault = findTextFault(text);
  return fault === null ? null : `${fault}; remove it`;
}

function findMapFaults(map: unknown, check: (key: string, value: unknown) => string | null): MapFault[] {
  if (typeof map !== 'object' || map === null || Array.isArray(map)) {
    return [{ key: null, rule: 'must be an object' }];
  }
  const entries = Object.entries(map);
  if (entries.length > MAX_ENTRIES) {
    return [{ key: null, rule: `must have at most ${MAX_ENTRIES} entries` }];
  }
  return entries.flatMap(([key, value]) => {
    const rule = UNSAFE_KEYS.has(key) ? 'is a reserved key; use another' : check(key, value);
    return rule === null ? [] : [{ key, rule }];
  });
}

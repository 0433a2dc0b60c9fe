import { readPath, type UserAttributes } from '#domain';
import type { NativeAttributes, NativeValue, Violation } from './account.js';
import type { AttributeCapability } from './capabilities.js';
import type { Mapping, MappingLine, Transform } from './mapping.js';

const TRANSFORMS: Readonly<Record<Transform, (text: string) => string>> = {
  asIs: (text) => text,
  lowerCase: (text) => text.toLowerCase(),
  pad2: (text) => (codePoints(text) === 1 ? text + text : text),
};

/** Spells canonical attributes as a mapping says. Pure; every mapped path is in the result. */
export function mapAttributes(user: UserAttributes, mapping: Mapping): NativeAttributes {
  const native: Record<string, NativeValue> = {};
  for (const line of mapping.lines) {
    const value = readPath(user, line.from);
    native[line.to] = typeof value === 'string' ? TRANSFORMS[line.transform](value) : value;
  }
  return native;
}

/** The value at each native path, as an account that was read holds it. */
export function readNative<Line extends Pick<MappingLine, 'to'>>(
  lines: readonly Line[],
  valueAt: (line: Line) => NativeValue,
): NativeAttributes {
  // One after the other: `Object.fromEntries` takes three times as long, for each account that a sweep looks at.
  const native: Record<string, NativeValue> = {};
  for (const line of lines) native[line.to] = valueAt(line);
  return native;
}

/** Holds mapped attributes against what the provider carries. Names canonical attributes, never values. */
export function findViolations(
  native: NativeAttributes,
  mapping: Mapping,
  carried: readonly AttributeCapability[],
): Violation[] {
  const limits = new Map(carried.map((capability) => [capability.path, capability]));
  return mapping.lines.flatMap((line) => {
    const rule = brokenLimit(native[line.to] ?? null, limits.get(line.to));
    return rule === null ? [] : [{ attribute: line.from, rule }];
  });
}

/** What one value breaks of what the provider carries at its path; `null` for what is as it should be, or not told. */
export function brokenLimit(value: NativeValue, limit: AttributeCapability | undefined): string | null {
  if (limit === undefined) return null;
  if (value === null) return limit.required === true ? 'is required there' : null;
  if (typeof value !== 'string') return null;
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = limit;
  if (isShorter(value, minLength)) return `must have at least ${minLength} characters there`;
  if (isLonger(value, maxLength)) return `must have at most ${maxLength} characters there`;
  return null;
}

/** Counting takes longer than all the rest of a mapping. Most texts are spared it: a character is one or two units long. */
function isShorter(text: string, least: number): boolean {
  return text.length < 2 * least && codePoints(text) < least;
}

function isLonger(text: string, most: number): boolean {
  return text.length > most && codePoints(text) > most;
}

/** A letter beyond the basic plane is one character, as providers count, and two in a JavaScript string. */
function codePoints(text: string): number {
  return Array.from(text).length;
}

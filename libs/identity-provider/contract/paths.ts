import { expect } from '@jest/globals';
import { valueAt } from './back-door.js';
import type { Stage } from './stage.js';

/** Expects that the one account there is still has every member that was planted as not managed. */
export function expectUnmanagedKept(stage: Stage): void {
  const { raw } = stage.onlyOne();
  for (const [path, value] of leavesOf(stage.guest.backDoor.unmanaged)) {
    expect([path, valueAt(raw, path)]).toEqual([path, value]);
  }
}

/** The members that have a value at a dotted path. */
export function nest(path: string, value: unknown): Record<string, unknown> {
  const members = path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
  return members as Record<string, unknown>; // a path has at least one name
}

/** Values by dotted path; lists count as values. */
function leavesOf(members: object, prefix = ''): [path: string, value: unknown][] {
  return Object.entries(members).flatMap(([name, value]: [string, unknown]): [string, unknown][] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? leavesOf(value, `${prefix}${name}.`)
      : [[prefix + name, value]],
  );
}

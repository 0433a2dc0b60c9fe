import type { NativeAttributes } from '#identity-provider';

/** The native paths at which an account differs from what it should hold; all of them when that is not known. */
export function differingPaths(desired: NativeAttributes, held: NativeAttributes | null): string[] {
  const paths = Object.keys(desired);
  if (held === null) return paths;
  return paths.filter((path) => (desired[path] ?? null) !== (held[path] ?? null));
}

/** Whether two write-only tag maps are the same. An account that was never told any tag has none. */
export function sameTags(
  desired: Readonly<Record<string, string>>,
  asserted: Readonly<Record<string, string>> | null,
): boolean {
  const held = asserted ?? {};
  const names = Object.keys(desired);
  return names.length === Object.keys(held).length && names.every((name) => desired[name] === held[name]);
}

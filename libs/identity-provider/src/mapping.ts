import type { CanonicalPath } from '#domain';

/** The closed list of transforms. `pad2` repeats the last letter of a one-letter name; it is never a default. */
export type Transform = 'asIs' | 'lowerCase' | 'pad2';

/** One line of a mapping: a canonical path, where it goes, and how it is spelt there. */
export interface MappingLine {
  readonly from: CanonicalPath;
  readonly to: string;
  readonly transform: Transform;
}

/** Mapping is data. A mapping with another `version` makes every link of the instance due. */
export interface Mapping {
  readonly version: string;
  readonly lines: readonly MappingLine[];
}

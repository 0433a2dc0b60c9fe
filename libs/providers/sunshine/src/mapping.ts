import type { Mapping, MappingLine } from '#identity-provider';
import { MARKER_KEY } from './capabilities.js';

/** Where the standard attributes go: the default mapping, as data. */
export const STANDARD_LINES: readonly MappingLine[] = [
  { from: 'givenName', to: 'profile.givenName', transform: 'asIs' },
  { from: 'familyName', to: 'profile.surname', transform: 'asIs' },
  { from: 'email', to: 'profile.email', transform: 'asIs' },
  { from: 'avatarUrl', to: 'profile.avatarUrl', transform: 'asIs' },
  { from: 'locale', to: 'profile.locale', transform: 'asIs' },
  // The profile has no place for these. @see PROVIDERS.md 2.3
  { from: 'phone', to: 'metadata.phone', transform: 'asIs' },
  { from: 'displayName', to: 'metadata.displayName', transform: 'asIs' },
  { from: 'company', to: 'metadata.company', transform: 'asIs' },
];

/** Keys of `metadata` that the standard mapping and the marker use; a custom attribute cannot have their names. */
export const TAKEN_METADATA_KEYS: readonly string[] = ['phone', 'displayName', 'company', MARKER_KEY];

/** The standard mapping, with the named custom attributes in `metadata` under their own names. */
export function sunshineMapping(metadataFields: readonly string[]): Mapping {
  const custom = metadataFields.map((name): MappingLine => ({
    from: `attributes.${name}`,
    to: `metadata.${name}`,
    transform: 'asIs',
  }));
  const version = ['sunshine-1', ...[...metadataFields].sort()].join('+');
  return { version, lines: [...STANDARD_LINES, ...custom] };
}

import { TEXT_ATTRIBUTES, type CanonicalPath, type TextAttribute } from '#domain';
import type { Mapping, MappingLine } from '#identity-provider';

/** The default mapping, as data: requests have no place for names, locale or avatar. @see PROVIDERS.md 3.3 */
const STANDARD_LINES: readonly MappingLine[] = [
  // The vendor's own client lower-cases an email before it looks it up. @see PROVIDERS.md 3.6
  { from: 'email', to: 'email', transform: 'lowerCase' },
  { from: 'phone', to: 'phone', transform: 'asIs' },
];

/** Attributes that have a place of their own and therefore none in `user_metadata`. */
export const STANDARD_FIELDS: readonly string[] = STANDARD_LINES.map(({ to }) => to);

/**
 * The standard mapping, and in `user_metadata` the named fields of that app's schema. A field has the name of a
 * standard attribute (`displayName`) or of a custom one (`department`).
 */
export function passageMapping(metadataFields: readonly string[]): Mapping {
  const lines = metadataFields.map((name): MappingLine => ({
    from: pathOf(name),
    to: `user_metadata.${name}`,
    transform: 'asIs',
  }));
  return {
    version: ['passage-1', ...[...metadataFields].sort()].join('+'),
    lines: [...STANDARD_LINES, ...lines],
  };
}

function pathOf(name: string): CanonicalPath {
  return isTextAttribute(name) ? name : `attributes.${name}`;
}

function isTextAttribute(name: string): name is TextAttribute {
  return (TEXT_ATTRIBUTES as readonly string[]).includes(name); // widened, since `includes` wants a member
}

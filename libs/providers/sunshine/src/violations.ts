import type { CanonicalPath } from '#domain';
import type { Mapping, NativeAttributes, NativeValue, Violation } from '#identity-provider';
import { bytesOf, EXTERNAL_ID_MAX_LENGTH, findProfileFault, isText, METADATA_MAX_BYTES } from './limits.js';

/** Whether a path segment would be read as an account id instead of an externalId. @see PROVIDERS.md 2.6 */
export function looksLikeAccountId(text: string): boolean {
  return /^[0-9a-f]{24}$/i.test(text);
}

/** Why a key cannot be an `externalId` that addresses its user in a path. */
export function findKeyViolations(remoteKey: string): Violation[] {
  const attribute = 'externalKey';
  if (looksLikeAccountId(remoteKey)) {
    return [
      { attribute, rule: 'must not be 24 hexadecimal digits: there they would be read as an account id' },
    ];
  }
  if (remoteKey === '.' || remoteKey === '..') {
    return [{ attribute, rule: 'must not be a path step there' }];
  }
  if (isText(remoteKey, EXTERNAL_ID_MAX_LENGTH)) return [];
  return [{ attribute, rule: `must have 1 to ${EXTERNAL_ID_MAX_LENGTH} characters there` }];
}

const RULES = [
  ['email', 'must be an email address in ASCII there'],
  ['avatarUrl', 'must be a URI in ASCII there'],
] as const;

/** Which values are not in the form that the profile takes. One of the wrong length is told as such, and elsewhere. */
export function findFormatViolations(attributes: NativeAttributes, mapping: Mapping): Violation[] {
  return RULES.flatMap(([field, rule]) => {
    const path = `profile.${field}`;
    const value = attributes[path];
    if (typeof value !== 'string' || findProfileFault(field, value) !== 'format') return [];
    return mapping.lines.filter(({ to }) => to === path).map(({ from }) => ({ attribute: from, rule }));
  });
}

/**
 * Whether metadata with these values fits.
 * @param metadata what would be sent; of `attributes` the longest is blamed, since its shortening helps
 */
export function findMetadataViolations(
  metadata: Readonly<Record<string, NativeValue>>,
  attributes: NativeAttributes,
  mapping: Mapping,
): Violation[] {
  if (bytesOf(metadata) <= METADATA_MAX_BYTES) return [];
  const [longest] = mapping.lines
    .filter((line) => line.to.startsWith('metadata.'))
    .map(({ from, to }): [CanonicalPath, number] => [from, bytesOf(attributes[to] ?? null)])
    .sort(([, one], [, other]) => other - one);
  const rule = `must be shorter: metadata may take ${METADATA_MAX_BYTES} bytes in all there`;
  return longest === undefined ? [] : [{ attribute: longest[0], rule }];
}

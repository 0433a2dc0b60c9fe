import type { CanonicalPath } from '#domain';
import type { Mapping, NativeAttributes, NativeValue, Violation } from '#identity-provider';
import { EXTERNAL_ID_MAX_LENGTH, METADATA_MAX_BYTES } from './capabilities.js';

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
  const { length } = Array.from(remoteKey); // code points, as JSON Schema counts
  if (length >= 1 && length <= EXTERNAL_ID_MAX_LENGTH) return [];
  return [{ attribute, rule: `must have 1 to ${EXTERNAL_ID_MAX_LENGTH} characters there` }];
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
  if (sizeOf(metadata) <= METADATA_MAX_BYTES) return [];
  const [longest] = mapping.lines
    .filter((line) => line.to.startsWith('metadata.'))
    .map(({ from, to }): [CanonicalPath, number] => [from, sizeOf(attributes[to] ?? null)])
    .sort(([, one], [, other]) => other - one);
  const rule = `must be shorter: metadata may take ${METADATA_MAX_BYTES} bytes in all there`;
  return longest === undefined ? [] : [{ attribute: longest[0], rule }];
}

function sizeOf(json: unknown): number {
  return Buffer.byteLength(JSON.stringify(json));
}

import {
  findViolations,
  mapAttributes,
  readNative,
  type Account,
  type Desired,
  type DesiredAccount,
  type Mapping,
  type NativeAttributes,
  type NativeValue,
  type Violation,
} from '#identity-provider';
import { vaultCapabilities } from './capabilities.js';
import type { HeldConsumer } from './consumer.js';
import { isImage, type ConsumerMetadata } from './request.js';

const METADATA = 'metadata.';

/** How Vault would spell a user. Pure. */
export function toDesired(desired: Desired, mapping: Mapping): DesiredAccount {
  const mapped = Object.entries(mapAttributes(desired.attributes, mapping));
  const attributes = Object.fromEntries(mapped.map(([path, value]) => [path, readValue(value)]));
  return {
    attributes,
    lookupKeys: [{ kind: 'remoteKey', value: desired.remoteKey }],
    tags: null,
    violations: [
      ...findKeyViolations(desired.remoteKey),
      ...findViolations(attributes, mapping, vaultCapabilities.attributes),
      ...findImageViolations(attributes, mapping),
    ],
  };
}

/** Dots would be folded out of a path, and address all consumers at once. */
function findKeyViolations(remoteKey: string): Violation[] {
  const isFit = remoteKey !== '' && remoteKey !== '.' && remoteKey !== '..' && remoteKey.isWellFormed();
  return isFit ? [] : [{ attribute: 'externalKey', rule: 'must not be empty, "." or ".." there' }];
}

function findImageViolations(attributes: NativeAttributes, mapping: Mapping): Violation[] {
  const image = attributes[`${METADATA}image`];
  if (typeof image !== 'string' || isImage(image)) return [];
  const attribute = mapping.lines.find(({ to }) => to === `${METADATA}image`)?.from ?? 'avatarUrl';
  return [{ attribute, rule: 'must be a valid URL there' }];
}

/**
 * The metadata to be sent. Whether a PATCH merges or replaces is not documented (PROVIDERS.md 1.3), so all that has a
 * value is sent. What lost its value is sent as `""` (inferred to clear); what never had one is left out, since an
 * image that is no URL may be refused.
 */
export function toNative(attributes: NativeAttributes, changed: readonly string[]): ConsumerMetadata {
  const sent = Object.entries(attributes).flatMap(([path, value]) => {
    if (value === null && !changed.includes(path)) return [];
    return [[path.slice(METADATA.length), value === null ? '' : String(value)] as const];
  });
  return Object.fromEntries(sent);
}

/** A consumer as read, in the spelling of `toDesired`. */
export function toAccount({ consumer_id, metadata }: HeldConsumer, mapping: Mapping): Account {
  const held = metadata ?? {};
  return {
    accountId: consumer_id,
    remoteKey: consumer_id,
    state: 'live',
    marker: null,
    attributes: readNative(mapping.lines, ({ to }) => readAt(held, to.slice(METADATA.length))),
    lookupKeys: [{ kind: 'remoteKey', value: consumer_id }],
  };
}

function readAt(held: Readonly<Record<string, unknown>>, field: string): NativeValue {
  return Object.hasOwn(held, field) ? readValue(held[field]) : null;
}

/** All four fields are texts, and `""` is how a cleared one reads. @see PROVIDERS.md 1.3 */
function readValue(value: unknown): NativeValue {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
}

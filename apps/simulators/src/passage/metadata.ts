import type { PassageAccount } from './account.js';
import { E164, EMAIL } from './bodies.js';
import type { PassageBehaviour } from './behaviour.js';
import { invalidRequest, unknownMetadata } from './refusal.js';

/** @see passage.openapi.yaml `UserMetadataFieldType` */
const CHECKS = {
  string: (value: unknown) => typeof value === 'string',
  boolean: (value: unknown) => typeof value === 'boolean',
  integer: (value: unknown) => Number.isSafeInteger(value),
  date: (value: unknown) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
  phone: (value: unknown) => typeof value === 'string' && E164.test(value),
  email: (value: unknown) => typeof value === 'string' && EMAIL.test(value),
} as const satisfies Record<string, (value: unknown) => boolean>;

type Check = (value: unknown) => boolean;

const FIELD = /^[^\s,:]+(:(string|boolean|integer|date|phone|email))?$/;

/** Whether a text lists metadata fields as `name` or `name:type`, joined by commas; `''` lists none. */
export function isFieldList(text: string): boolean {
  return text === '' || text.split(',').every((field) => FIELD.test(field.trim()));
}

/** Checks by field name; a field without a type takes any text, number or boolean. */
function readFields(list: string): ReadonlyMap<string, Check> {
  const fields = new Map<string, Check>();
  if (list === '') return fields;
  for (const field of list.split(',')) {
    const [name = '', type = ''] = field.trim().split(':');
    fields.set(name, Object.entries(CHECKS).find(([each]) => each === type)?.[1] ?? isScalar);
  }
  return fields;
}

function isScalar(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

type Metadata = NonNullable<PassageAccount['user_metadata']>;

/**
 * `user_metadata` after a body. A key sent as null is cleared (inferred). Throws for a key that the app's schema
 * lacks and for a value that is not of its field's type.
 */
export function changeMetadata(
  before: Metadata | null,
  sent: Metadata | undefined,
  behaviour: Pick<PassageBehaviour, 'metadataFields' | 'unknownMetadataStatus' | 'patchMetadata'>,
): Metadata | null {
  if (sent === undefined) return before;
  checkFields(sent, behaviour);
  const whole = behaviour.patchMetadata === 'merge' ? { ...before, ...sent } : sent;
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== null));
}

function checkFields(
  sent: Metadata,
  behaviour: Pick<PassageBehaviour, 'metadataFields' | 'unknownMetadataStatus'>,
): void {
  const fields = readFields(behaviour.metadataFields);
  for (const [name, value] of Object.entries(sent)) {
    const check = fields.get(name);
    if (!check) throw unknownMetadata(behaviour.unknownMetadataStatus);
    if (value !== null && !check(value)) throw invalidRequest('user_metadata holds a value of another type');
  }
}

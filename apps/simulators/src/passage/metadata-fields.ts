import { E164, EMAIL } from './bodies.js';

/** @see passage.openapi.yaml `UserMetadataFieldType` */
const CHECKS = {
  string: (value: unknown) => typeof value === 'string',
  boolean: (value: unknown) => typeof value === 'boolean',
  integer: (value: unknown) => Number.isSafeInteger(value),
  date: (value: unknown) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
  phone: (value: unknown) => typeof value === 'string' && E164.test(value),
  email: (value: unknown) => typeof value === 'string' && EMAIL.test(value),
} as const satisfies Record<string, (value: unknown) => boolean>;

/** Whether a value is of a field's type. */
export type Check = (value: unknown) => boolean;

const FIELD = /^[^\s,:]+(:(string|boolean|integer|date|phone|email))?$/;

/** Whether a text lists metadata fields as `name` or `name:type`, joined by commas; `''` lists none. */
export function isFieldList(text: string): boolean {
  return text === '' || text.split(',').every((field) => FIELD.test(field.trim()));
}

/** Checks by field name; a field without a type takes any text, number or boolean. */
export function readFields(list: string): ReadonlyMap<string, Check> {
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

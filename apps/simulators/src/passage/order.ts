import type { PassageAccount } from './account.js';
import { invalidRequest } from './refusal.js';

const FIELDS = [
  'id',
  'email',
  'phone',
  'status',
  'login_count',
  'created_at',
  'updated_at',
  'last_login_at',
] as const satisfies readonly (keyof PassageAccount)[];
type Field = (typeof FIELDS)[number];

export type Comparison = (a: PassageAccount, b: PassageAccount) => number;

/**
 * Reads `order_by=<field>:<ASC|DESC>,...`. `identifier` and unknown fields are refused with a 400.
 * Without one the newest come first, which is inferred: a caller that needs an order must ask for it.
 * @see PROVIDERS.md 3.5
 */
export function readOrder(text: string | null): Comparison {
  const keys = (text === null || text === '' ? 'created_at:DESC' : text).split(',').map(readKey);
  return (a, b) => {
    for (const { field, sign } of keys) {
      if (a[field] < b[field]) return -sign;
      if (a[field] > b[field]) return sign;
    }
    return 0;
  };
}

function readKey(text: string): { field: Field; sign: 1 | -1 } {
  const [name, direction, ...rest] = text.trim().split(':');
  const field = FIELDS.find((each) => each === name);
  if (!field || rest.length > 0 || (direction !== 'ASC' && direction !== 'DESC')) {
    throw invalidRequest('order_by is invalid');
  }
  return { field, sign: direction === 'ASC' ? 1 : -1 };
}

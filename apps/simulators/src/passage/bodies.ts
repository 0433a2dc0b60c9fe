import { z } from 'zod';
import { invalidRequest } from './refusal.js';

/** What passes for an address here; stricter rules are not documented. */
export const EMAIL = /^[^\s@]+@[^\s@]+$/;
/** @see PROVIDERS.md 3.3 ("Phone format: E.164", inferred) */
export const E164 = /^\+[1-9]\d{1,14}$/;

// '' is how a missing identifier comes back, so it is taken as "none" on the way in too (inferred).
const shape = z.object({
  email: z
    .string()
    .refine((value) => value === '' || EMAIL.test(value), 'is not an email')
    .optional(),
  phone: z
    .string()
    .refine((value) => value === '' || E164.test(value), 'is not a phone number in E.164')
    .optional(),
  user_metadata: z.record(z.string(), z.unknown()).optional(),
});

/** The body of create and update alike; `undefined` is "not sent". */
export type UserBody = z.infer<typeof shape>;

/**
 * Reads a body. Other keys (`active: true` among them) are ignored without a word. Throws 400 `invalid_request`.
 * @see PROVIDERS.md 3.3 and 3.8
 */
export function readUserBody(body: unknown): UserBody {
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  throw invalidRequest(
    parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'} ${issue.message}`).join('; '),
  );
}

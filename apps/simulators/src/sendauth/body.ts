import { z } from 'zod';
import { isJsonObject, MALFORMED_BODY, type SimulatedRequest } from '../frame/index.js';
import { invalidField, MALFORMED, Refusal } from './refusal.js';

/** Lengths count characters as JSON Schema does: code points, not UTF-16 units. */
function text(minLength: number, maxLength: number): z.ZodType<string, string> {
  return z.string().refine((value) => {
    const { length } = Array.from(value);
    return length >= minLength && length <= maxLength;
  }, `must have ${minLength} to ${maxLength} characters`);
}

const name = text(2, 50);
/** An ASCII address with a dotted domain, as JSON Schema's `format: email` is usually read. */
const EMAIL =
  /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z\d](?:[a-z\d-]*[a-z\d])?$/i;
const email = text(1, 256).refine((value) => EMAIL.test(value), 'must be an email address');
const permission = text(0, 64);
const company = z.object({
  id: z.uuid().optional(),
  orgID: z.uuid().optional(),
  name: text(2, 100).optional(),
});

/**
 * Writable fields of schema `User`; read-only and unknown ones are ignored, as the schema is open. An empty phone is no
 * phone, and a company may be `null`, as schema `Company` has no type: what clears a field is inferred.
 */
const userBody = z.object({
  firstName: name,
  lastName: name,
  email: email.optional(),
  phone: text(0, 20)
    .transform((value) => (value === '' ? undefined : value))
    .optional(),
  role: z.enum(['admin', 'user', 'super_admin']).optional(),
  company: company.nullable().optional(),
  permissions: z.array(permission).optional(),
  groupPermissions: z.array(permission).optional(),
  permissionGroups: z.array(z.uuid()).optional(),
  messagingPreference: z.enum(['email', 'sms', 'both']).optional(),
});
const tagsBody = z.object({ tags: z.record(z.string(), z.string()).optional() }).optional();
const authenticateBody = z
  .object({ message: text(0, 1024).optional(), connectwise: text(0, 64).optional() })
  .optional();

export type UserBody = z.infer<typeof userBody>;
export type AuthenticateBody = z.infer<typeof authenticateBody>;

/** @see PROVIDERS.md 4.3; that a broken rule is 422 on create too is inferred (4.4) */
export function readUserBody(request: SimulatedRequest): UserBody | Refusal {
  return check(userBody, request.body);
}

/** The writable fields of a user who is planted; `null` and the empty text are no value. */
export function readPlantedFields(value: unknown): UserBody | Refusal {
  return check(userBody, isJsonObject(value) ? withoutEmpty(value) : value);
}

export function readTagsBody(request: SimulatedRequest): Readonly<Record<string, string>> | Refusal {
  const body = check(tagsBody, request.body);
  return body instanceof Refusal ? body : (body?.tags ?? {});
}

export function readAuthenticateBody(request: SimulatedRequest): AuthenticateBody | Refusal {
  return check(authenticateBody, request.body);
}

function withoutEmpty(body: Record<string, unknown>): Record<string, unknown> {
  const given = Object.entries(body).filter(
    ([field, value]) => value !== null && (value !== '' || field === 'firstName' || field === 'lastName'),
  );
  return Object.fromEntries(given);
}

function check<T>(schema: z.ZodType<T>, body: unknown): T | Refusal {
  if (body === MALFORMED_BODY) return MALFORMED;
  const checked = schema.safeParse(body);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const field = issue?.path.join('.') ?? '';
  const value = isJsonObject(body) ? body[field] : undefined;
  return invalidField(field, issue?.message ?? 'Validation error', value);
}

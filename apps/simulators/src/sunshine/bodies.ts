import { z } from 'zod';
import type { MetadataValue } from './account.js';
import { badRequest } from './refusal.js';

/** Bytes of `metadata` as JSON. @see PROVIDERS.md 2.3 ("4 KB in all"; that JSON is what is measured is inferred) */
export const METADATA_MAX_BYTES = 4096;

const EMAIL = /^[^\s@]+@[^\s@]+$/;
const ISO_WITH_MILLISECONDS = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** Lengths count characters, as JSON Schema does, and not UTF-16 units. */
function text(max: number) {
  return z.string().refine((value) => {
    if (value.length <= max) return value.length > 0;
    return value.length <= max * 2 && Array.from(value).length <= max;
  }, `must have 1 to ${max} characters`);
}

const profileShape = z.object({
  givenName: text(128).nullish(),
  surname: text(128).nullish(),
  email: text(128)
    .refine((value) => EMAIL.test(value), 'must be an email')
    .nullish(),
  avatarUrl: text(2048)
    .refine((value) => URL.canParse(value), 'must be a uri')
    .nullish(),
  locale: text(64).nullish(),
});

const metadataValue = z.union([z.string(), z.number(), z.boolean()]);

const updateShape = z.object({
  signedUpAt: z
    .string()
    .refine(
      (value) => ISO_WITH_MILLISECONDS.test(value) && !Number.isNaN(Date.parse(value)),
      'must be ISO 8601',
    )
    .optional(),
  toBeRetained: z.boolean().optional(),
  profile: profileShape.optional(),
  metadata: z.record(z.string(), metadataValue.nullable()).nullish(),
});

const createShape = updateShape.extend({
  externalId: text(1024).optional(),
  brandId: text(24).nullish(),
});

export type UpdateBody = z.infer<typeof updateShape>;
export type CreateBody = z.infer<typeof createShape>;
export type ProfileBody = z.infer<typeof profileShape>;
export type MetadataBody = Readonly<Record<string, MetadataValue | null>>;

const syncShape = z.object({ survivingZendeskId: z.string().min(1).optional() });
export type SyncBody = z.infer<typeof syncShape>;

/**
 * Reads a body; keys that the description does not name are accepted and dropped, since it closes no body.
 * Throws a 400 with one entry a fault; values are never repeated in it.
 */
function read<T>(shape: z.ZodType<T>, body: unknown): T {
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  throw badRequest(
    parsed.error.issues.map((issue) => `"${issue.path.join('.') || 'body'}" ${issue.message}`),
  );
}

export function readCreateBody(body: unknown): CreateBody {
  return read(createShape, body);
}

export function readUpdateBody(body: unknown): UpdateBody {
  return read(updateShape, body);
}

/** The body of a sync may be left out. */
export function readSyncBody(body: unknown): SyncBody {
  return read(syncShape, body ?? {});
}

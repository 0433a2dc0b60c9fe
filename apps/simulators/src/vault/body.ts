import { z } from 'zod';
import { MALFORMED_BODY, type SimulatedRequest } from '../frame/index.js';
import { invalid, VaultRefusal } from './answer.js';
import { METADATA_FIELDS, type Metadata } from './consumer.js';

/** An empty image is taken as "cleared". @see PROVIDERS.md 1.3 (URL documented, clearing inferred) */
const image = z.string().refine((text) => text === '' || URL.canParse(text), 'must be a valid URL');

const metadata = z.object({
  account_name: z.string().optional(),
  user_name: z.string().optional(),
  email: z.string().optional(),
  image: image.optional(),
});

/** Bodies are closed; metadata is not, its unknown fields are dropped. @see vault.openapi.yml CreateConsumerRequest */
const createBody = z.strictObject({ consumer_id: z.string().min(1), metadata: metadata.optional() });
const updateBody = z.strictObject({ metadata: metadata.optional() });

export interface CreateBody {
  readonly consumerId: string;
  readonly metadata: Metadata | undefined;
}

export function readCreateBody(request: SimulatedRequest): CreateBody | VaultRefusal {
  const body = check(createBody, request);
  if (body instanceof VaultRefusal) return body;
  return { consumerId: body.consumer_id, metadata: body.metadata && present(body.metadata) };
}

export function readUpdateBody(request: SimulatedRequest): { metadata: Metadata | undefined } | VaultRefusal {
  const body = check(updateBody, request);
  return body instanceof VaultRefusal ? body : { metadata: body.metadata && present(body.metadata) };
}

function check<T>(schema: z.ZodType<T>, request: SimulatedRequest): T | VaultRefusal {
  if (request.body === MALFORMED_BODY) return invalid('Request body is not valid JSON');
  const checked = schema.safeParse(request.body);
  if (checked.success) return checked.data;
  const issues = checked.error.issues.map(({ path, message }) => ({ [path.join('.') || 'body']: message }));
  return invalid({ invalid: issues });
}

/** Keeps the fields that were sent. */
function present(sent: z.infer<typeof metadata>): Metadata {
  const kept: Partial<Record<(typeof METADATA_FIELDS)[number], string>> = {};
  for (const field of METADATA_FIELDS) {
    const value = sent[field];
    if (value !== undefined) kept[field] = value;
  }
  return kept;
}

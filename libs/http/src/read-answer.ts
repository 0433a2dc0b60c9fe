import { ProviderError } from '#identity-provider';
import type { z } from 'zod';
import type { ProviderRequest, ProviderResponse } from './client.js';

/** What an answer has to hold. */
export interface Expected<Content> {
  readonly schema: z.ZodType<Content>;
  /** The member of the answer that holds it. (Default: the answer itself) */
  readonly member?: string;
  /** Stable word for an answer that holds something else: `not_a_user`. */
  readonly reason: string;
}

/**
 * Reads what the answer to a request must hold.
 *
 * A write that was accepted without its answer may have happened, so it is read back and not refused; of a read it only
 * means that this is not the provider's API.
 * @throws ProviderError `outcomeUnknown` for a write without an answer, `protocol` for what holds something else
 */
export function readAnswer<Content>(
  { method }: Pick<ProviderRequest, 'method'>,
  { status, json }: ProviderResponse,
  { schema, member, reason }: Expected<Content>,
): Content {
  if (json === undefined) {
    throw new ProviderError(method === 'GET' ? 'protocol' : 'outcomeUnknown', {
      reason: 'empty_answer',
      status,
    });
  }
  const parsed = schema.safeParse(member === undefined ? json : memberOf(json, member));
  if (!parsed.success) throw new ProviderError('protocol', { reason, status });
  return parsed.data;
}

function memberOf(json: unknown, member: string): unknown {
  const isHeld = typeof json === 'object' && json !== null && Object.hasOwn(json, member);
  return isHeld ? (json as Readonly<Record<string, unknown>>)[member] : undefined; // its own, as just seen
}

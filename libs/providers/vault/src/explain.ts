import type { ExplainError } from '#http';
import { ProviderError } from '#identity-provider';
import { z } from 'zod';

const errorSchema = z.object({ type_name: z.string() });

/**
 * Only a 404 that says `EntityNotFoundError` speaks of one consumer. Any other means that Vault is not where we look
 * for it, and would otherwise make everybody look absent.
 * @see PROVIDERS.md 1.4
 */
export const explainError: ExplainError = (status, json) => {
  if (status !== 404) return null;
  const parsed = errorSchema.safeParse(json);
  return parsed.success && parsed.data.type_name === 'EntityNotFoundError'
    ? new ProviderError('notFound', { reason: 'consumer_not_found', status })
    : new ProviderError('gone', { reason: 'not_found_but_not_the_consumer', status });
};

import type { ExplainError } from '#http';
import { ProviderError } from '#identity-provider';
import { z } from 'zod';

const errorsSchema = z.object({ errors: z.array(z.object({ code: z.string() })) });

/**
 * Tells a missing user from a missing app: both are 404. Only `user_not_found` speaks of one user; any other 404 means
 * that the app, or the whole service, is not where we look for it.
 * @see PROVIDERS.md 2.4
 */
export const explainError: ExplainError = (status, json) => {
  if (status === 404) {
    return isUserNotFound(json)
      ? new ProviderError('notFound', { reason: 'user_not_found', status })
      : new ProviderError('gone', { reason: 'not_found_but_not_the_user', status });
  }
  if (status === 409) return new ProviderError('conflict', { reason: 'user_exists', status });
  if (status === 400) return new ProviderError('invalid', { reason: 'bad_request', status });
  return null;
};

function isUserNotFound(json: unknown): boolean {
  const parsed = errorsSchema.safeParse(json);
  return parsed.success && parsed.data.errors.some(({ code }) => code === 'user_not_found');
}

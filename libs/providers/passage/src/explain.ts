import type { ExplainError } from '#http';
import { ProviderError } from '#identity-provider';
import { z } from 'zod';

const errorSchema = z.object({ code: z.string() });

function codeOf(json: unknown): string | undefined {
  const parsed = errorSchema.safeParse(json);
  return parsed.success ? parsed.data.code : undefined;
}

/**
 * Errors of calls that carry no content. A 404 is a missing user only if it says so: `app_not_found`, and whatever a
 * retired service answers, speaks of all users at once.
 * @see PROVIDERS.md 3.0 and 3.4
 */
export const explainAccountError: ExplainError = (status, json) => {
  const code = codeOf(json);
  if (status === 404) {
    return code === 'user_not_found'
      ? new ProviderError('notFound', { reason: code, status })
      : new ProviderError('gone', { reason: known(code) ?? 'not_found_but_not_the_user', status });
  }
  // Said of one operation, not of the key: halting everything for it would be wrong. @see passage.openapi.yaml `403Error`
  if (status === 403 && code === 'operation_not_allowed') {
    return new ProviderError('unsupported', { reason: code, status });
  }
  return null;
};

/**
 * Errors of calls that carry content. A 400 is a duplicate or bad content, and does not say which, so the identifiers
 * have to be looked up. A metadata field that the app's schema lacks is content that will never be taken.
 * @see PROVIDERS.md 3.3 and 3.6
 */
export const explainContentError: ExplainError = (status, json) => {
  if (codeOf(json) === 'metadata_field_not_found') {
    return new ProviderError('invalid', { reason: 'metadata_field_not_found', status });
  }
  if (status === 400 || status === 409) {
    return new ProviderError('conflict', { reason: 'refused_perhaps_as_duplicate', status });
  }
  return explainAccountError(status, json);
};

/** Only words of the description become reasons; any other text stays out of logs. */
function known(code: string | undefined): string | undefined {
  return code === 'app_not_found' ? code : undefined;
}

import type { ExplainError } from '#http';
import { ProviderError } from '#identity-provider';

/**
 * Error bodies are undocumented and may be empty (PROVIDERS.md 4.4), so the status and the operation have to do.
 * A 404 below one user is taken for a missing user here; that SendAuth itself is there is proven by its lists.
 */
export const explainUserError: ExplainError = (status) =>
  status === 404 ? new ProviderError('notFound', { reason: 'user_not_found', status }) : null;

/** The lists have no missing user to speak of: without them, SendAuth is not where we look for it. */
export const explainListError: ExplainError = (status) =>
  status === 404 ? new ProviderError('gone', { reason: 'list_not_found', status }) : null;

/** Refused for one user's sake, not for the key's: "Cannot delete own account". @see PROVIDERS.md 4.7 */
export const explainDeletionError: ExplainError = (status, json) =>
  status === 403
    ? new ProviderError('unsupported', { reason: 'own_account', status })
    : explainUserError(status, json);

/** That the email of a soft-deleted user was given away meanwhile is inferred to be told so. @see PROVIDERS.md 4.6 */
export const explainRestoreError: ExplainError = (status, json) =>
  status === 422 || status === 409 ? emailTaken(status) : explainUserError(status, json);

/**
 * A 422 on create is documented as "User already exists" alone. The rules of the content were held against it before,
 * so it means that, and the email is the only key there is.
 * @see PROVIDERS.md 4.4 and 4.6
 */
export function explainCreation({ hasEmail }: { readonly hasEmail: boolean }): ExplainError {
  return (status, json) =>
    (status === 422 || status === 409) && hasEmail ? emailTaken(status) : explainListError(status, json);
}

/**
 * A 422 on update is documented as "Validation error": of a changed email it is a duplicate, as above. A 403 speaks of
 * one user, whose role is above ours.
 */
export function explainUpdate({ changesEmail }: { readonly changesEmail: boolean }): ExplainError {
  return (status, json) => {
    if ((status === 422 || status === 409) && changesEmail) return emailTaken(status);
    if (status === 403)
      return new ProviderError('unsupported', { reason: 'insufficient_permissions', status });
    return explainUserError(status, json);
  };
}

/** @see PROVIDERS.md 4.2: 406, "User already has passkeys" */
export const explainRegistration: ExplainError = (status, json) =>
  status === 406
    ? new ProviderError('conflict', { reason: 'already_has_passkeys', status })
    : explainUserError(status, json);

/** @see PROVIDERS.md 4.2: 406, "User has no passkeys" */
export const explainAuthentication: ExplainError = (status, json) =>
  status === 406
    ? new ProviderError('conflict', { reason: 'no_passkeys', status })
    : explainUserError(status, json);

function emailTaken(status: number): ProviderError {
  return new ProviderError('identifierTaken', { reason: 'user_already_exists', status, taken: 'email' });
}

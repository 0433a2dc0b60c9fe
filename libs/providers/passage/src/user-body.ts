import { ProviderError } from '#identity-provider';

/**
 * Body of a create, which needs an email or a phone, and of an update, where members left out are left as they are.
 * @see passage.openapi.yaml `CreateUserRequest`, `UpdateUserRequest`
 */
export interface UserBody {
  /** `""` clears (inferred). No length is described. @see PROVIDERS.md 3.3 */
  readonly email?: string;
  /** In E.164 (inferred); `""` clears (inferred). */
  readonly phone?: string;
  /** JSON; only keys of that app's schema are taken. Whether those left out stay is not documented. @see PROVIDERS.md 3.3 */
  readonly user_metadata?: Readonly<Record<string, unknown>>;
}

/** @throws ProviderError `invalid`: `email_or_phone_required`, and as `checkUserBody` */
export function checkCreateBody(body: UserBody): void {
  if ((body.email ?? '') === '' && (body.phone ?? '') === '') {
    throw new ProviderError('invalid', { reason: 'email_or_phone_required', attribute: 'email' });
  }
  checkUserBody(body);
}

/** @throws ProviderError `invalid`: `not_encodable` for what JSON cannot carry as it is */
export function checkUserBody({ email, phone, user_metadata: metadata = {} }: UserBody): void {
  refuseUnencodable('email', email);
  refuseUnencodable('phone', phone);
  for (const [key, value] of Object.entries(metadata)) {
    refuseUnencodable('user_metadata', key);
    refuseUnencodable(`user_metadata.${key}`, value);
  }
}

function refuseUnencodable(attribute: string, value: unknown): void {
  if (!isEncodable(value)) throw new ProviderError('invalid', { reason: 'not_encodable', attribute });
}

/** Half a surrogate pair would become U+FFFD there, and a number that is none would become null. */
function isEncodable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return typeof value !== 'bigint';
  return Object.entries(value).every(([key, member]) => key.isWellFormed() && isEncodable(member));
}

import {
  readAnswer,
  type ExplainError,
  type ProviderClient,
  type ProviderRequest,
  type ProviderResponse,
} from '#http';
import type { CallContext } from '#identity-provider';
import {
  explainCreation,
  explainDeletionError,
  explainListError,
  explainRestoreError,
  explainUpdate,
  explainUserError,
} from './explain.js';
import { anyText, listOf, refuseBroken } from './limits.js';
import { deletedUserPath, userPath, usersPath } from './paths.js';
import { toQuery, type DeletedUsersQuery, type UsersQuery } from './query.js';
import { refuseBrokenUser, type UserBody } from './user-body.js';
import { userPageSchema, userSchema, type UserAnswer, type UserPage } from './user.js';

/** What an update sends. */
export interface UserUpdate {
  /** What is set, within the limits of the description. */
  readonly body: UserBody;
  /** Members that go back as they were read: never refused, whatever they hold. (Default: none) */
  readonly kept?: Readonly<Record<string, unknown>>;
  /** Whether the email becomes another: only then can a refusal mean that it is taken. (Default: true) */
  readonly changesEmail?: boolean;
}

/**
 * Typed calls on users: the roster's side. `SendauthActivityApi` has the others.
 *
 * What breaks a limit of the description is refused before anything is sent (`invalid`; the reason is the limit, and
 * `attribute` SendAuth's own name). So are ids that are no UUIDs: `deleted` in the place of one would address the
 * deleted users. Every method throws `ProviderError` or `CallNotStarted`; `notFound` may also mean that SendAuth is not
 * there at all, which `ensureThere` finds out. No rate limit is documented.
 * @see sendauth.openapi.yaml `/api/v1/users`, PROVIDERS.md 4.2
 */
export class SendauthApi {
  constructor(private readonly client: ProviderClient) {}

  /** @throws ProviderError `identifierTaken` when somebody has the email, perhaps somebody soft-deleted */
  async createUser(body: UserBody, context: CallContext): Promise<UserAnswer> {
    refuseBrokenUser(body);
    const explain = explainCreation({ hasEmail: body.email !== undefined });
    return this.callForUser({ method: 'POST', path: usersPath(), body, explain }, context);
  }

  /** Whether a soft-deleted user is answered, too, is not documented. @see PROVIDERS.md 4.7 */
  async getUser(userId: string, context: CallContext): Promise<UserAnswer> {
    return this.callForUser({ method: 'GET', path: userPath(userId), explain: explainUserError }, context);
  }

  /**
   * Replaces a user; what is left out may be reset.
   * @throws ProviderError `identifierTaken` when somebody has the email that is changed to, `unsupported`
   *   (`insufficient_permissions`) of a user above us
   */
  async updateUser(
    userId: string,
    { body, kept = {}, changesEmail = body.email !== undefined }: UserUpdate,
    context: CallContext,
  ): Promise<UserAnswer> {
    refuseBrokenUser(body);
    const explain = explainUpdate({ changesEmail });
    const request = { method: 'PUT', path: userPath(userId), body: { ...kept, ...body }, explain } as const;
    return this.callForUser(request, context);
  }

  /** Soft-deletes. @throws ProviderError `unsupported` (`own_account`) of the account whose credentials we have */
  async deleteUser(userId: string, context: CallContext): Promise<number> {
    return (await this.send('DELETE', userPath(userId), explainDeletionError, context)).status;
  }

  /** Brings a soft-deleted user back; answers no body. @throws ProviderError `identifierTaken` (inferred) */
  async restoreUser(userId: string, context: CallContext): Promise<number> {
    return (await this.send('PUT', deletedUserPath(userId), explainRestoreError, context)).status;
  }

  /** Destroys a soft-deleted user for good; one that is live is not found. @see PROVIDERS.md 4.7 */
  async destroyUser(userId: string, context: CallContext): Promise<number> {
    return (await this.send('DELETE', deletedUserPath(userId), explainUserError, context)).status;
  }

  /** Sets the whole map: tags that are not named are gone (inferred). No call reads them. @see PROVIDERS.md 4.3 */
  async setTags(
    userId: string,
    tags: Readonly<Record<string, string>>,
    context: CallContext,
  ): Promise<number> {
    refuseBroken({ tags: listOf(anyText) }, { tags: Object.entries(tags).flat() });
    const path = userPath(userId, 'tags');
    const request = { method: 'PUT', path, body: { tags }, explain: explainUserError } as const;
    return (await this.client.request(request, context)).status;
  }

  /** Live users. @throws ProviderError `gone` when there is no such list */
  async listUsers(query: UsersQuery, context: CallContext): Promise<UserPage> {
    return this.list(usersPath(), query, context);
  }

  /** Soft-deleted users, in an order that is not documented and cannot be chosen. @throws ProviderError `gone` */
  async listDeletedUsers(query: DeletedUsersQuery, context: CallContext): Promise<UserPage> {
    return this.list(usersPath('deleted'), query, context);
  }

  private async list(path: readonly string[], asked: UsersQuery, context: CallContext): Promise<UserPage> {
    const request = { method: 'GET', path, query: toQuery(asked), explain: explainListError } as const;
    const response = await this.client.request(request, context);
    const expected = { schema: userPageSchema, reason: 'not_a_page_of_users' };
    const { rows, total } = readAnswer(request, response, expected);
    return { users: rows ?? [], total };
  }

  private async callForUser(request: ProviderRequest, context: CallContext): Promise<UserAnswer> {
    const response = await this.client.request(request, context);
    const expected = { schema: userSchema, reason: 'not_a_user' };
    return { status: response.status, user: readAnswer(request, response, expected) };
  }

  private send(
    method: 'PUT' | 'DELETE',
    path: readonly string[],
    ...[explain, context]: readonly [ExplainError, CallContext]
  ): Promise<ProviderResponse> {
    return this.client.request({ method, path, explain }, context);
  }
}

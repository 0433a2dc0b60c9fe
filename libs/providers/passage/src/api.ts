import { readAnswer, type ProviderClient, type ProviderRequest, type ProviderResponse } from '#http';
import type { CallContext } from '#identity-provider';
import type { z } from 'zod';
import { explainAccountError, explainContentError } from './explain.js';
import { pageReader, type PassageUserPage } from './page.js';
import { checkCreateBody, checkUserBody, type UserBody } from './user-body.js';
import {
  listedUserSchema,
  userSchema,
  type ListedPassageUser,
  type PassageUser,
  type UserAnswer,
} from './user.js';
import { toListQuery, type UsersQuery } from './users-query.js';

/** How much of a user is read, of a single one and of those in a listing, which show less. */
export interface UserSchemas<User, Item> {
  readonly user: z.ZodType<User>;
  readonly item: z.ZodType<Item>;
}

/**
 * Typed calls on the users of one app: all seven operations, and the end of sessions.
 *
 * A request that breaks a limit of the description is refused as `ProviderError` `invalid` before anything is sent.
 * Otherwise every method throws `ProviderError` or `CallNotStarted`: `notFound` only for a missing user, `gone` for
 * every other 404 (a missing app, a retired service), `unauthorized` for 401 and 403, and for 500 `unreachable` after a
 * read and `outcomeUnknown` after a write.
 * @see passage.openapi.yaml `/apps/{app_id}/users`; PROVIDERS.md 3.2 and 3.4
 */
export class PassageApi<User, Item = User> {
  private readonly readPage: (response: ProviderResponse) => PassageUserPage<Item>;

  constructor(
    private readonly client: ProviderClient,
    private readonly appId: string,
    private readonly schemas: UserSchemas<User, Item>,
  ) {
    this.readPage = pageReader(schemas.item);
  }

  /** `GET .../users`: a page of users. Users who are deleted meanwhile shift later pages. @see PROVIDERS.md 3.5 */
  async listUsers(query: UsersQuery, context: CallContext): Promise<PassageUserPage<Item>> {
    const request = { method: 'GET', path: this.users(), query: toListQuery(query) } as const;
    return this.readPage(await this.send(request, context));
  }

  /**
   * `POST .../users`, answered 201, with an email or a phone.
   * @throws ProviderError `conflict` when refused: a duplicate and bad content are told by the same answer
   * (PROVIDERS.md 3.6); `invalid` for a metadata field that the app lacks
   */
  async createUser(body: UserBody, context: CallContext): Promise<UserAnswer<User>> {
    checkCreateBody(body);
    const request = { method: 'POST', path: this.users(), body, explain: explainContentError } as const;
    return this.callForUser(request, context);
  }

  /** `GET .../users/{user_id}`: one user with passkeys, recent events and social connections. */
  async getUser(userId: string, context: CallContext): Promise<UserAnswer<User>> {
    return this.callForUser({ method: 'GET', path: this.users(userId) }, context);
  }

  /** `PATCH .../users/{user_id}`. A new email may have to be verified anew. @throws ProviderError as for a create */
  async updateUser(userId: string, body: UserBody, context: CallContext): Promise<UserAnswer<User>> {
    checkUserBody(body);
    const path = this.users(userId);
    return this.callForUser({ method: 'PATCH', path, body, explain: explainContentError }, context);
  }

  /** `PATCH .../users/{user_id}/activate`: they can log in again. Also answered for an active user. @see PROVIDERS.md 3.7 */
  async activateUser(userId: string, context: CallContext): Promise<UserAnswer<User>> {
    return this.callForUser({ method: 'PATCH', path: this.users(userId, 'activate') }, context);
  }

  /** `PATCH .../users/{user_id}/deactivate`: they cannot log in. Sessions may live on. @see PROVIDERS.md 3.7 */
  async deactivateUser(userId: string, context: CallContext): Promise<UserAnswer<User>> {
    return this.callForUser({ method: 'PATCH', path: this.users(userId, 'deactivate') }, context);
  }

  /**
   * `DELETE .../users/{user_id}`, with passkeys and social connections. Irreversible. @see PROVIDERS.md 3.7
   * @returns the HTTP status; the answer is empty
   */
  async deleteUser(userId: string, context: CallContext): Promise<number> {
    return (await this.send({ method: 'DELETE', path: this.users(userId) }, context)).status;
  }

  /**
   * `DELETE .../users/{user_id}/tokens`: ends every session that a refresh token could renew.
   * @returns the HTTP status
   * @throws ProviderError `unsupported` when the app does not allow it
   */
  async revokeTokens(userId: string, context: CallContext): Promise<number> {
    return (await this.send({ method: 'DELETE', path: this.users(userId, 'tokens') }, context)).status;
  }

  private async callForUser(request: ProviderRequest, context: CallContext): Promise<UserAnswer<User>> {
    // A client that trusts the status alone has taken failed creates for done ones. @see PROVIDERS.md 3.8
    const response = await this.send(request, context);
    const expected = { schema: this.schemas.user, member: 'user', reason: 'not_a_user' };
    return { status: response.status, user: readAnswer(request, response, expected) };
  }

  private send(request: ProviderRequest, context: CallContext): Promise<ProviderResponse> {
    return this.client.request({ explain: explainAccountError, ...request }, context);
  }

  private users(...below: readonly string[]): readonly string[] {
    return ['apps', this.appId, 'users', ...below];
  }
}

/** The complete client: every answer as the description has it. */
export function completePassageApi(
  client: ProviderClient,
  appId: string,
): PassageApi<PassageUser, ListedPassageUser> {
  return new PassageApi(client, appId, { user: userSchema, item: listedUserSchema });
}

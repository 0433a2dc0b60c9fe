import { readAnswer, type ProviderClient, type ProviderRequest } from '#http';
import type { CallContext } from '#identity-provider';
import type { z } from 'zod';
import { explainError } from './explain.js';
import {
  checkBrandId,
  checkMembers,
  checkUserBody,
  type UserCreateBody,
  type UserUpdateBody,
} from './user-body.js';
import { userSchema, type SunshineUser, type UserAnswer } from './user.js';

/** Names one user in a path. */
export interface UserReference {
  /** The user's `id` or its `externalId`; 24 hexadecimal digits are read as an `id`. */
  readonly idOrExternalId: string;
  /** Needed for a user who belongs to one brand and is named by its `externalId`. 1 to 24 characters. */
  readonly brandId?: string;
}

/**
 * Typed calls on the users of one app: the five operations that change or show one user.
 *
 * A request that breaks a limit of the description is refused as `ProviderError` `invalid` before anything is sent.
 * Otherwise every method throws `ProviderError` or `CallNotStarted`: `notFound` only for a missing user, `gone` for
 * every other 404, `invalid` for 400 and 413, `unauthorized` for 401 and 403, `rateLimited` for 429, and for 5xx
 * `unreachable` after a read and `outcomeUnknown` after a write.
 * @see sunshine.openapi.yaml `/v2/apps/{appId}/users`; PROVIDERS.md 2.2 and 2.4
 */
export class SunshineApi<User> {
  /** @param schema how much of a user is read, and how: `userSchema` is the whole of it */
  constructor(
    private readonly client: ProviderClient,
    private readonly appId: string,
    private readonly schema: z.ZodType<User>,
  ) {}

  /**
   * `POST .../users`, answered 201.
   * @throws ProviderError `conflict` when the externalId is taken, also by a user whose deletion is not over
   */
  async createUser(body: UserCreateBody, context: CallContext): Promise<UserAnswer<User>> {
    checkUserBody(body);
    return this.callForUser({ method: 'POST', path: this.users(), body }, context);
  }

  /** `GET .../users/{userIdOrExternalId}`. A user whose deletion was accepted may still be answered for a while. */
  async getUser(reference: UserReference, context: CallContext): Promise<UserAnswer<User>> {
    return this.callForUser({ method: 'GET', ...this.at(reference) }, context);
  }

  /** `PATCH .../users/{userIdOrExternalId}`. `externalId` and `brandId` cannot be changed. @see PROVIDERS.md 2.3 */
  async updateUser(
    reference: UserReference,
    body: UserUpdateBody,
    context: CallContext,
  ): Promise<UserAnswer<User>> {
    checkUserBody(body);
    return this.callForUser({ method: 'PATCH', ...this.at(reference), body }, context);
  }

  /** As `updateUser`, of a body that carries metadata as it was read there, which is not refused for its size. */
  async rewriteUser(
    reference: UserReference,
    body: UserUpdateBody,
    context: CallContext,
  ): Promise<UserAnswer<User>> {
    checkMembers(body);
    return this.callForUser({ method: 'PATCH', ...this.at(reference), body }, context);
  }

  /**
   * `DELETE .../users/{userIdOrExternalId}`: asks for the deletion of a user with all clients and conversations, which
   * happens later. Irreversible. @see PROVIDERS.md 2.5
   * @returns the HTTP status
   */
  async deleteUser(reference: UserReference, context: CallContext): Promise<number> {
    const request = { method: 'DELETE', ...this.at(reference), explain: explainError } as const;
    return (await this.client.request(request, context)).status;
  }

  /**
   * `DELETE .../users/{userIdOrExternalId}/personalinformation`: clears names, email, avatar and all metadata of the
   * user, and what its clients hold of it. The user, its keys and its conversations stay. Irreversible.
   * @see PROVIDERS.md 2.7
   */
  async deletePersonalInformation(reference: UserReference, context: CallContext): Promise<UserAnswer<User>> {
    return this.callForUser({ method: 'DELETE', ...this.at(reference, 'personalinformation') }, context);
  }

  private async callForUser(request: ProviderRequest, context: CallContext): Promise<UserAnswer<User>> {
    const response = await this.client.request({ explain: explainError, ...request }, context);
    const expected = { schema: this.schema, member: 'user', reason: 'not_a_user' };
    return { status: response.status, user: readAnswer(request, response, expected) };
  }

  private at(
    { idOrExternalId, brandId }: UserReference,
    ...below: readonly string[]
  ): Pick<ProviderRequest, 'path' | 'query'> {
    const path = this.users(idOrExternalId, ...below);
    if (brandId === undefined) return { path };
    checkBrandId(brandId);
    return { path, query: { brandId } };
  }

  private users(...below: readonly string[]): readonly string[] {
    return ['v2', 'apps', this.appId, 'users', ...below];
  }
}

/** The complete client: every answer as the description has it. */
export function completeSunshineApi(client: ProviderClient, appId: string): SunshineApi<SunshineUser> {
  return new SunshineApi(client, appId, userSchema);
}

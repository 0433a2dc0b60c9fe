import type { ExplainError, ProviderClient, ProviderResponse } from '#http';
import { ProviderError, type CallContext } from '#identity-provider';
import {
  explainCreation,
  explainDeletionError,
  explainListError,
  explainRestoreError,
  explainUpdate,
  explainUserError,
} from './explain.js';
import { isUserId, userPageSchema, userSchema, type SendauthUser, type UserBody } from './user.js';

export type { SendauthUser, UserBody } from './user.js';

/** A user, and the HTTP status that answered with it. */
export interface UserAnswer {
  readonly status: number;
  readonly user: SendauthUser;
}

/** One page of users, and how many there are on all pages. */
export interface UserPage {
  readonly users: readonly SendauthUser[];
  readonly total: number;
}

/** Which page of users, searched for what. @see PROVIDERS.md 4.5 */
export interface PageQuery {
  /** From 1. */
  readonly page: number;
  /** At most 100. */
  readonly perPage: number;
  /** A search of unstated scope and exactness. */
  readonly q?: string;
}

/**
 * Typed calls on users. Ids that are no UUIDs are refused before anything is sent: `deleted` in the place of one would
 * address the deleted users.
 * Every method throws `ProviderError` or `CallNotStarted`; `notFound` may also mean that SendAuth is not there at all.
 * @see sendauth.openapi.yaml `/api/v1/users`
 */
export class SendauthApi {
  constructor(private readonly client: ProviderClient) {}

  /** @throws ProviderError `identifierTaken` when somebody has the email, perhaps somebody soft-deleted */
  async createUser(body: UserBody, context: CallContext): Promise<UserAnswer> {
    const explain = explainCreation({ hasEmail: typeof body['email'] === 'string' });
    return readUser(await this.client.request({ method: 'POST', path: users(), body, explain }, context));
  }

  async getUser(userId: string, context: CallContext): Promise<UserAnswer> {
    return readUser(await this.send('GET', user(userId), explainUserError, context));
  }

  /**
   * Replaces a user; what the body leaves out may be reset.
   * @throws ProviderError `identifierTaken` when somebody has the email that is changed to
   */
  async updateUser(
    userId: string,
    { body, changesEmail }: { readonly body: UserBody; readonly changesEmail: boolean },
    context: CallContext,
  ): Promise<UserAnswer> {
    const explain = explainUpdate({ changesEmail });
    return readUser(await this.client.request({ method: 'PUT', path: user(userId), body, explain }, context));
  }

  /** Soft-deletes. */
  async deleteUser(userId: string, context: CallContext): Promise<number> {
    return (await this.send('DELETE', user(userId), explainDeletionError, context)).status;
  }

  /** Brings a soft-deleted user back. Answers no body. */
  async restoreUser(userId: string, context: CallContext): Promise<number> {
    return (await this.send('PUT', deletedUser(userId), explainRestoreError, context)).status;
  }

  /** Destroys a soft-deleted user for good; one that is live is not found. @see PROVIDERS.md 4.7 */
  async destroyUser(userId: string, context: CallContext): Promise<number> {
    return (await this.send('DELETE', deletedUser(userId), explainUserError, context)).status;
  }

  /** Sets the whole map: tags that are not named are gone (inferred). @see PROVIDERS.md 4.3 */
  async setTags(
    userId: string,
    tags: Readonly<Record<string, string>>,
    context: CallContext,
  ): Promise<number> {
    const path = [...user(userId), 'tags'];
    const request = { method: 'PUT', path, body: { tags }, explain: explainUserError } as const;
    return (await this.client.request(request, context)).status;
  }

  /** Live users, the oldest first: those who join meanwhile move nobody. */
  async listUsers(query: PageQuery, context: CallContext): Promise<UserPage> {
    const sorted = { ...query, sortBy: 'createdAt', sortDir: 'asc' };
    return this.list(users(), sorted, context);
  }

  /** Soft-deleted users, in an order that is not documented and cannot be chosen. */
  async listDeletedUsers(query: PageQuery, context: CallContext): Promise<UserPage> {
    return this.list(users('deleted'), { ...query }, context);
  }

  private async list(
    path: readonly string[],
    query: Readonly<Record<string, string | number>>,
    context: CallContext,
  ): Promise<UserPage> {
    const request = { method: 'GET', path, query, explain: explainListError } as const;
    const { status, json } = await this.client.request(request, context);
    const parsed = userPageSchema.safeParse(json);
    if (!parsed.success) throw new ProviderError('protocol', { reason: 'not_a_page_of_users', status });
    return { users: parsed.data.rows ?? [], total: parsed.data.total };
  }

  private send(
    method: 'GET' | 'PUT' | 'DELETE',
    path: readonly string[],
    ...[explain, context]: readonly [ExplainError, CallContext]
  ): Promise<ProviderResponse> {
    return this.client.request({ method, path, explain }, context);
  }
}

function users(...below: readonly string[]): readonly string[] {
  return ['api', 'v1', 'users', ...below];
}

function user(userId: string): readonly string[] {
  return users(checked(userId));
}

function deletedUser(userId: string): readonly string[] {
  return users('deleted', checked(userId));
}

function checked(userId: string): string {
  if (!isUserId(userId)) throw new ProviderError('invalid', { reason: 'account_id_is_no_uuid' });
  return userId;
}

function readUser({ status, json }: ProviderResponse): UserAnswer {
  // A write that was accepted without its answer may have happened: it is read back, not refused.
  if (json === undefined) throw new ProviderError('outcomeUnknown', { reason: 'empty_answer', status });
  const parsed = userSchema.safeParse(json);
  if (!parsed.success) throw new ProviderError('protocol', { reason: 'not_a_user', status });
  return { status, user: parsed.data };
}

import type { ProviderClient, ProviderResponse } from '#http';
import { ProviderError, type CallContext } from '#identity-provider';
import { z } from 'zod';
import { explainAccountError, explainContentError } from './explain.js';

/**
 * What a user and an item of a listing have in common.
 * `status` is not closed here: one that is not known yet must not make an account unreadable.
 * @see PROVIDERS.md 3.3; passage.openapi.yaml `UserInfo`, `ListPaginatedUsersItem`
 */
const userSchema = z.object({
  id: z.string().min(1),
  email: z.string().nullish(),
  phone: z.string().nullish(),
  status: z.string().nullish(),
  /** RFC 3339, in UTC. */
  created_at: z.string().nullish(),
  user_metadata: z.record(z.string(), z.unknown()).nullish(),
});
const userResponseSchema = z.object({ user: userSchema });

const userPageSchema = z.object({
  users: z.array(userSchema),
  total_users: z.number().int().nonnegative(),
  created_before: z.number().int(),
});

/** A user as Passage answers it. */
export type PassageUser = z.infer<typeof userSchema>;

/** One page of users, with the moment before which all pages of this listing were created. */
export type PassageUserPage = z.infer<typeof userPageSchema>;

/** Body of a create and of an update: members left out are left as they are. @see passage.openapi.yaml `UpdateUserRequest` */
export interface UserBody {
  readonly email?: string;
  readonly phone?: string;
  readonly user_metadata?: Readonly<Record<string, string | number | boolean | null>>;
}

/** Which page of users, in which order, matching what. @see PROVIDERS.md 3.5 */
export interface PageQuery {
  /** From 1. */
  readonly page: number;
  /** At most 500. */
  readonly limit: number;
  readonly order_by: string;
  /** Unix time. */
  readonly created_before?: number;
  /** Email or phone, exactly. */
  readonly identifier?: string;
}

/** A user, and the HTTP status that answered with it. */
export interface UserAnswer {
  readonly status: number;
  readonly user: PassageUser;
}

/**
 * Typed calls on the users of one app.
 * Every method throws `ProviderError` (`notFound` only for a missing user) or `CallNotStarted`.
 * @see passage.openapi.yaml `/apps/{app_id}/users`
 */
export class PassageApi {
  constructor(
    private readonly client: ProviderClient,
    private readonly appId: string,
  ) {}

  /** @throws ProviderError `conflict` when refused: a duplicate and bad content are told by the same answer */
  async createUser(body: UserBody, context: CallContext): Promise<UserAnswer> {
    const request = { method: 'POST', path: this.users(), body, explain: explainContentError } as const;
    return readUser(await this.client.request(request, context));
  }

  async getUser(userId: string, context: CallContext): Promise<UserAnswer> {
    const request = { method: 'GET', path: this.users(userId), explain: explainAccountError } as const;
    return readUser(await this.client.request(request, context));
  }

  /** @throws ProviderError `conflict` as for a create */
  async updateUser(userId: string, body: UserBody, context: CallContext): Promise<UserAnswer> {
    const request = {
      method: 'PATCH',
      path: this.users(userId),
      body,
      explain: explainContentError,
    } as const;
    return readUser(await this.client.request(request, context));
  }

  async activateUser(userId: string, context: CallContext): Promise<UserAnswer> {
    return readUser(await this.send('PATCH', this.users(userId, 'activate'), context));
  }

  async deactivateUser(userId: string, context: CallContext): Promise<UserAnswer> {
    return readUser(await this.send('PATCH', this.users(userId, 'deactivate'), context));
  }

  async deleteUser(userId: string, context: CallContext): Promise<number> {
    return (await this.send('DELETE', this.users(userId), context)).status;
  }

  /** Ends every session that a refresh token could renew. */
  async revokeTokens(userId: string, context: CallContext): Promise<number> {
    return (await this.send('DELETE', this.users(userId, 'tokens'), context)).status;
  }

  async listUsers(query: PageQuery, context: CallContext): Promise<PassageUserPage> {
    const request = {
      method: 'GET',
      path: this.users(),
      query: { ...query },
      explain: explainAccountError,
    } as const;
    const { status, json } = await this.client.request(request, context);
    const parsed = userPageSchema.safeParse(json);
    if (!parsed.success) throw new ProviderError('protocol', { reason: 'not_a_page_of_users', status });
    return parsed.data;
  }

  private send(
    method: 'PATCH' | 'DELETE',
    path: readonly string[],
    context: CallContext,
  ): Promise<ProviderResponse> {
    return this.client.request({ method, path, explain: explainAccountError }, context);
  }

  private users(...below: readonly string[]): readonly string[] {
    return ['apps', this.appId, 'users', ...below];
  }
}

/**
 * A write that was accepted without its answer may have happened: it is read back, not refused. A client that trusts
 * the status alone has taken failed creates for done ones. @see PROVIDERS.md 3.8
 */
function readUser({ status, json }: ProviderResponse): UserAnswer {
  if (json === undefined) throw new ProviderError('outcomeUnknown', { reason: 'empty_answer', status });
  const parsed = userResponseSchema.safeParse(json);
  if (!parsed.success) throw new ProviderError('protocol', { reason: 'not_a_user', status });
  return { status, user: parsed.data.user };
}

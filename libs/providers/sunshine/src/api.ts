import type { ExplainError, ProviderClient, ProviderResponse } from '#http';
import { ProviderError, type CallContext } from '#identity-provider';
import { z } from 'zod';

/**
 * The part of a user that the port needs. Read leniently: answers carry members that the schema lacks.
 * @see PROVIDERS.md 2.3; sunshine.openapi.yaml `user`
 */
const userSchema = z.object({
  id: z.string().min(1),
  externalId: z.string().nullish(),
  profile: z.record(z.string(), z.unknown()).nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});
const userResponseSchema = z.object({ user: userSchema });

/** A user as Sunshine Conversations answers it. */
export type SunshineUser = z.infer<typeof userSchema>;

/** A value that `profile` or `metadata` is sent with. @see sunshine.openapi.yaml `profile`, `metadata` */
export type SentValue = string | number | boolean | null;

/** Body of an update. @see sunshine.openapi.yaml `userUpdateBody` */
export interface UserUpdateBody {
  readonly profile: Readonly<Record<string, SentValue>>;
  readonly metadata: Readonly<Record<string, SentValue>>;
}

/** Body of a create. `externalId` is always sent: without it the user could not be found again. @see PROVIDERS.md 2.3 */
export interface UserCreateBody extends UserUpdateBody {
  readonly externalId: string;
}

/** A user, and the HTTP status that answered with it. */
export interface UserAnswer {
  readonly status: number;
  readonly user: SunshineUser;
}

/**
 * Typed calls on the users of one app.
 * Every method throws `ProviderError` (`notFound` only for a missing user) or `CallNotStarted`.
 * @see sunshine.openapi.yaml `/v2/apps/{appId}/users`
 */
export class SunshineApi {
  constructor(
    private readonly client: ProviderClient,
    private readonly appId: string,
  ) {}

  /** @throws ProviderError `conflict` when the externalId is taken, also by a user whose deletion is not over */
  async createUser(body: UserCreateBody, context: CallContext): Promise<UserAnswer> {
    const request = { method: 'POST', path: this.users(), body, explain: explainError } as const;
    return readUser(await this.client.request(request, context));
  }

  /** @param reference accountId or externalId */
  async getUser(reference: string, context: CallContext): Promise<UserAnswer> {
    const request = { method: 'GET', path: this.users(reference), explain: explainError } as const;
    return readUser(await this.client.request(request, context));
  }

  async updateUser(reference: string, body: UserUpdateBody, context: CallContext): Promise<UserAnswer> {
    const request = { method: 'PATCH', path: this.users(reference), body, explain: explainError } as const;
    return readUser(await this.client.request(request, context));
  }

  /** Asks for the deletion of a user with all clients and conversations; it happens later. @see PROVIDERS.md 2.5 */
  async deleteUser(reference: string, context: CallContext): Promise<number> {
    const request = { method: 'DELETE', path: this.users(reference), explain: explainError } as const;
    return (await this.client.request(request, context)).status;
  }

  private users(...below: readonly string[]): readonly string[] {
    return ['v2', 'apps', this.appId, 'users', ...below];
  }
}

function readUser({ status, json }: ProviderResponse): UserAnswer {
  // A write that was accepted without its answer may have happened: it is read back, not refused.
  if (json === undefined) throw new ProviderError('outcomeUnknown', { reason: 'empty_answer', status });
  const parsed = userResponseSchema.safeParse(json);
  if (!parsed.success) throw new ProviderError('protocol', { reason: 'not_a_user', status });
  return { status, user: parsed.data.user };
}

const errorsSchema = z.object({ errors: z.array(z.object({ code: z.string() })) });

/**
 * Tells a missing user from a missing app: both are 404. Only `user_not_found` speaks of one user; any other 404 means
 * that the app, or the whole service, is not where we look for it.
 * @see PROVIDERS.md 2.4
 */
const explainError: ExplainError = (status, json) => {
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

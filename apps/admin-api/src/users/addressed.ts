import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { User } from '#domain';
import type { UserRef } from '#store';
import type { Scope } from '../auth/scopes.js';
import { type AuthenticatedRequest, actorOf, requireScope } from '../auth/key.guard.js';
import { etagOf, readIfMatch } from '../http/etag.js';
import { refusal } from '../http/input.pipe.js';
import { Problem } from '../http/problem.js';
import { emptyBody, userId } from './requests.js';

/** A request about one user: who asks, for whom, and how the answer is tagged. */
export interface Addressed {
  readonly actor: string;
  readonly ref: UserRef;
  /** @throws Problem when the caller's key does not have a scope that only part of the request needs */
  requireScope(scope: Scope): void;
  /** Sets the entity tag of the user that is answered. */
  tag<Tagged extends User>(user: Tagged): Tagged;
}

/** What else is asked of a request. */
export interface AddressedOptions {
  /** Refuses a body that says anything. (Default: the handler reads the body) */
  readonly body: 'none';
}

/**
 * Reads what every request about one user has: the caller, the id in the path and If-Match.
 * An id that cannot be one is answered like one that nobody has.
 */
export const AddressedUser = createParamDecorator(
  (options: AddressedOptions | undefined, context: ExecutionContext): Addressed => {
    const http = context.switchToHttp();
    const request = http.getRequest<AuthenticatedRequest>();
    const reply = http.getResponse<FastifyReply>();
    const { id } = request.params as { id?: unknown }; // every route that uses this has :id in its path
    const parsed = userId.safeParse(id);
    if (!parsed.success) throw new Problem(404, 'user_not_found', { detail: 'there is no user of this id' });
    if (options?.body === 'none') requireEmpty(request.body);
    return {
      actor: actorOf(request),
      ref: { id: parsed.data, expected: readIfMatch(request.headers['if-match']) },
      requireScope(scope) {
        requireScope(request, scope);
      },
      tag(user) {
        void reply.header('etag', etagOf(user));
        return user;
      },
    };
  },
);

function requireEmpty(body: unknown): void {
  const parsed = emptyBody.safeParse(body);
  if (!parsed.success) throw refusal(parsed.error.issues);
}

import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Inject,
  Injectable,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../http/problem.js';
import { Authenticator, type Caller } from './authenticator.js';
import { ROUTE_PUBLIC, ROUTE_SCOPE, type Scope } from './scopes.js';

/** A request that the guard has let in. */
export type AuthenticatedRequest = FastifyRequest & { caller?: Caller };

const BEARER = /^Bearer ([\x21-\x7e]{1,512})$/i;

/** Stands before every route: no key, no scope, no declaration, no entry. */
@Injectable()
export class KeyGuard implements CanActivate {
  constructor(
    @Inject(Authenticator) private readonly authenticator: Authenticator,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const places = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<true | undefined>(ROUTE_PUBLIC, places) === true) return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const caller = await this.callerOf(request);
    const scope = this.reflector.getAllAndOverride<Scope | undefined>(ROUTE_SCOPE, places);
    if (scope === undefined || !caller.scopes.includes(scope)) {
      const detail = scope === undefined ? 'nobody may use this' : `this needs a key with the scope ${scope}`;
      throw new Problem(403, 'forbidden', { detail });
    }
    request.caller = caller;
    return true;
  }

  private async callerOf(request: FastifyRequest): Promise<Caller> {
    const [, secret] = BEARER.exec(request.headers.authorization ?? '') ?? [];
    const caller = secret === undefined ? null : await this.authenticator.authenticate(secret);
    if (caller === null) {
      throw new Problem(401, 'unauthorized', { detail: 'send a valid key as "Authorization: Bearer <key>"' });
    }
    return caller;
  }
}

/** The actor of a request, as the audit names it. */
export function actorOf({ caller }: AuthenticatedRequest): string {
  // Only a public route has no caller, and none of those acts for anybody.
  if (caller === undefined) throw new Error('a public route asked for its caller');
  return caller.actor;
}

/** @throws Problem when the caller's key does not have a scope that only part of the request needs */
export function requireScope({ caller }: AuthenticatedRequest, scope: Scope): void {
  if (caller?.scopes.includes(scope) === true) return;
  throw new Problem(403, 'forbidden', { detail: `this needs a key with the scope ${scope}` });
}

/** Tells a handler whether the caller's key also has a scope that the route does not need. */
export const Holds = createParamDecorator((scope: Scope, context: ExecutionContext): boolean => {
  const { caller } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  return caller?.scopes.includes(scope) === true;
});

/** Hands the actor of the request to a handler. */
export const Actor = createParamDecorator((_: unknown, context: ExecutionContext): string =>
  actorOf(context.switchToHttp().getRequest<AuthenticatedRequest>()),
);

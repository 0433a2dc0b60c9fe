import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { userId } from '../users/requests.js';
import { AccountDirectory } from './directory.js';
import { type Operation, ROUTE_OPERATION } from './offers.js';

/**
 * Answers for what a provider does not offer before anything else of a request is judged: nobody learns how to spell
 * a request that can never be granted. Stands behind the guard of keys.
 */
@Injectable()
export class OfferGuard implements CanActivate {
  constructor(
    @Inject(AccountDirectory) private readonly directory: AccountDirectory,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  /** @throws as `AccountDirectory.offering` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const operation = this.reflector.get<Operation | undefined>(ROUTE_OPERATION, context.getHandler());
    const { params } = context.switchToHttp().getRequest<FastifyRequest>();
    const { id, provider } = params as { id?: unknown; provider?: unknown }; // in the path of every such route
    const user = userId.safeParse(id);
    // An id that cannot be one is told by whoever reads it.
    if (operation !== undefined && user.success) {
      await this.directory.requireOffered(operation, user.data, String(provider));
    }
    return true;
  }
}

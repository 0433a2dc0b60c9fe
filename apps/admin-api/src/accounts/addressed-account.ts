import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { AboutUser } from '../docs/decorators.js';

/** The slug in a path. One that nobody has is answered as such, whatever it looks like. */
export const ProviderSlug = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const { params } = context.switchToHttp().getRequest<FastifyRequest>();
  const { provider } = params as { provider?: unknown }; // every route that uses this has :provider in its path
  return String(provider);
});

/** Says that a route is about one user at one provider. */
export function AboutAccount(): MethodDecorator {
  return applyDecorators(
    AboutUser(),
    ApiParam({ name: 'provider', schema: { type: 'string' }, description: 'The slug of the provider.' }),
  );
}

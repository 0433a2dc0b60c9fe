import { SetMetadata } from '@nestjs/common';

/** What a key may be allowed to do. */
export const SCOPES = [
  'users:read',
  'users:write',
  'users:delete',
  'users:purge',
  'users:erase',
  'users:waive',
  'providers:read',
  'holds:approve',
  'plans:read',
  'plans:approve',
  'holds:legal',
  'sync:trigger',
] as const;
export type Scope = (typeof SCOPES)[number];

export const ROUTE_SCOPE = 'rollcall:scope';
export const ROUTE_PUBLIC = 'rollcall:public';

/** Declares the scope that a route needs. A route that declares nothing is refused to everybody. */
export const Requires = (scope: Scope): MethodDecorator & ClassDecorator => SetMetadata(ROUTE_SCOPE, scope);

/** Declares that a route needs no key. */
export const Public = (): MethodDecorator & ClassDecorator => SetMetadata(ROUTE_PUBLIC, true);

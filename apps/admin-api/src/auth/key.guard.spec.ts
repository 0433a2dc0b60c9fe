import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { describe, expect, it } from '@jest/globals';
import type { Authenticator } from './authenticator.js';
import { KeyGuard } from './key.guard.js';
import { Public, Requires, SCOPES } from './scopes.js';

class Routes {
  undeclared(): void {
    // Whoever wrote this forgot to say who may call it.
  }

  @Requires('users:read')
  scoped(): void {
    // Asks for a scope.
  }

  @Public()
  open(): void {
    // Asks for nothing.
  }
}

describe('the guard before every route', () => {
  const everything = { actor: 'key:everything', scopes: SCOPES };
  // As much of an authenticator as the guard asks of it.
  const authenticator = {
    authenticate: (secret: string) => Promise.resolve(secret === 'right' ? everything : null),
  } as unknown as Authenticator;
  const guard = new KeyGuard(authenticator, new Reflector());

  function enter(route: keyof Routes, authorization?: string): Promise<boolean> {
    const request = { headers: { authorization } };
    // As much of a context as the guard asks of it.
    const context = {
      getHandler: () => Object.getOwnPropertyDescriptor(Routes.prototype, route)?.value as unknown,
      getClass: () => Routes,
      switchToHttp: () => ({ getRequest: () => request }),
    } as unknown as ExecutionContext;
    return guard.canActivate(context);
  }

  it('P24: opens a route that declares nothing to nobody, whatever the key', async () => {
    await expect(enter('undeclared', 'Bearer right')).rejects.toMatchObject({ status: 403 });
    await expect(enter('undeclared')).rejects.toMatchObject({ status: 401 });
  });

  it('lets in whoever has the scope, and everybody where the route says so', async () => {
    expect(await enter('scoped', 'Bearer right')).toBe(true);
    await expect(enter('scoped', 'Bearer wrong')).rejects.toMatchObject({ status: 401 });
    expect(await enter('open')).toBe(true);
  });
});

import { describe, expect, it } from '@jest/globals';
import { partEnvironment, pinnedPort } from './environment.js';

describe('the environment of a part', () => {
  it('passes settings on, and puts its own database and simulators in the place of what was set', () => {
    const given = {
      VAULT_BASE_URL: 'https://unify.apideck.com',
      VAULT_CONCURRENCY: '8',
      REDIS_URL: 'redis://r',
    };
    const own = { VAULT_BASE_URL: 'http://127.0.0.1:1' };
    expect(partEnvironment(given, own)).toEqual({
      NODE_ENV: 'production',
      VAULT_BASE_URL: 'http://127.0.0.1:1',
      VAULT_CONCURRENCY: '8',
      REDIS_URL: 'redis://r',
    });
  });

  it('keeps back further instances, which would be real directories', () => {
    const environment = partEnvironment({ ROLLCALL_PROVIDERS: 'vault-eu:vault' }, {});
    expect(environment).not.toHaveProperty('ROLLCALL_PROVIDERS');
  });

  it.each([
    ['3000', 3000],
    ['0', null],
    ['', null],
    [undefined, null],
  ])('reads the port %p as %p', (text, port) => {
    expect(pinnedPort({ ROLLCALL_PORT: text }, 'ROLLCALL_PORT')).toBe(port);
  });

  it.each(['http', '-1', '70000', '3000.5'])('refuses the port %p by the name of its setting', (text) => {
    expect(() => pinnedPort({ ROLLCALL_PORT: text }, 'ROLLCALL_PORT')).toThrow(
      /^ROLLCALL_PORT must be a port/,
    );
  });
});

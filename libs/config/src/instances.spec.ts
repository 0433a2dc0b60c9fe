import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { IdentityProvider, ProviderFactory } from '#identity-provider';
import { vaultCapabilities } from '#providers/vault';
import { readProviderInstances, type InstanceDefaults } from './instances.js';
import { SettingsError } from './problem.js';
import type { Environment } from './settings.js';

const DEFAULTS: InstanceDefaults = { providers: null, callTimeoutMs: 1234, allowHttpProviders: false };

/** A kind that keeps what it was built from; these tests never call its provider. */
function kindNamed(kind: string): { factory: ProviderFactory; built: unknown[] } {
  const built: unknown[] = [];
  const settings = z.object({
    BASE_URL: z.string(),
    API_KEY: z.string().min(3, 'must have at least 3 characters'),
    FLAVOUR: z.string().optional(),
    CALL_TIMEOUT_MS: z.string(),
    CONCURRENCY: z.string(),
  });
  const factory: ProviderFactory<z.infer<typeof settings>> = {
    kind,
    settings,
    settingNames: {
      required: ['BASE_URL', 'API_KEY'],
      optional: ['FLAVOUR', 'CALL_TIMEOUT_MS', 'CONCURRENCY'],
    },
    create: (given) => {
      built.push(given);
      // nothing here calls it
      const provider = { kind, capabilities: vaultCapabilities } as unknown as IdentityProvider;
      return { provider, operations: {}, webhook: null, remoteScope: given.BASE_URL, mappingVersion: '1' };
    },
  };
  return { factory: factory, built }; // a list of kinds cannot name each one's settings
}

function read(
  environment: Environment,
  defaults: Partial<InstanceDefaults> = {},
): ReturnType<typeof readProviderInstances> {
  const factories = [kindNamed('vault').factory, kindNamed('passage').factory];
  return readProviderInstances(environment, factories, { ...DEFAULTS, ...defaults });
}

function refusalOf(environment: Environment, defaults: Partial<InstanceDefaults> = {}): SettingsError {
  try {
    read(environment, defaults);
  } catch (error) {
    if (error instanceof SettingsError) return error;
    throw error;
  }
  throw new Error('the instances were expected to be refused');
}

const VAULT = { VAULT_BASE_URL: 'https://vault.test', VAULT_API_KEY: 'key-one' };

describe('provider instances', () => {
  it('are off without settings, and on with them', () => {
    expect(read({ VAULT_ADDR: 'https://something.else' })).toEqual([]);
    expect(read(VAULT)).toMatchObject([
      {
        slug: 'vault',
        kind: 'vault',
        remoteScope: 'https://vault.test',
        concurrency: 32,
        callsPerSecond: null,
      },
    ]);
  });

  it('have everybody in scope, or whom their rule names; a rule that cannot be read is named with its setting', () => {
    expect(read(VAULT)).toMatchObject([{ assignment: null }]);
    expect(read({ ...VAULT, VAULT_ASSIGN: 'tags.team=red' })).toMatchObject([
      { assignment: [{ subject: { kind: 'tags', name: 'team' }, values: ['red'] }] },
    ]);
    expect(refusalOf({ ...VAULT, VAULT_ASSIGN: 'team=red' }).problems).toMatchObject([
      { name: 'VAULT_ASSIGN', rule: 'asks for team, which no user has' },
    ]);
  });

  it('name what is missing when half set', () => {
    const error = refusalOf({
      VAULT_BASE_URL: 'https://vault.test',
      PASSAGE_API_KEY: 'x',
      PASSAGE_BASE_URL: '',
    });
    expect(error.problems.map(({ name }) => name)).toEqual(['VAULT_API_KEY', 'PASSAGE_BASE_URL']);
  });

  it('come in twos of one kind, each with its own settings and pace', () => {
    const instances = read(
      {
        ...VAULT,
        VAULT_EU_BASE_URL: 'https://eu.vault.test',
        VAULT_EU_API_KEY: 'key-two',
        VAULT_EU_CONCURRENCY: '4',
        VAULT_EU_CALLS_PER_SECOND: '2.5',
      },
      { providers: [{ slug: 'vault-eu', kind: 'vault' }] },
    );
    expect(instances).toMatchObject([
      { slug: 'vault', remoteScope: 'https://vault.test', concurrency: 32 },
      {
        slug: 'vault-eu',
        kind: 'vault',
        remoteScope: 'https://eu.vault.test',
        concurrency: 4,
        callsPerSecond: 2.5,
      },
    ]);
  });

  it('that are named must be complete, and of a kind that exists', () => {
    const error = refusalOf(VAULT, {
      providers: [
        { slug: 'vault-eu', kind: 'vault' },
        { slug: 'okta', kind: 'okta' },
      ],
    });
    expect(error.problems.map(({ name }) => name)).toEqual([
      'VAULT_EU_BASE_URL',
      'VAULT_EU_API_KEY',
      'ROLLCALL_PROVIDERS',
    ]);
    expect(error.message).toContain('use one of vault, passage');
  });

  it('are given the call timeout and the concurrency that the engine counts with', () => {
    const { factory, built } = kindNamed('vault');
    readProviderInstances({ ...VAULT, VAULT_CONCURRENCY: '16' }, [factory], DEFAULTS);
    expect(built).toEqual([
      { BASE_URL: 'https://vault.test', API_KEY: 'key-one', CALL_TIMEOUT_MS: '1234', CONCURRENCY: '18' },
    ]);
  });

  it('refuse a call timeout of their own, which would be ignored', () => {
    expect(refusalOf({ ...VAULT, VAULT_CALL_TIMEOUT_MS: '99' }).problems).toEqual([
      {
        name: 'VAULT_CALL_TIMEOUT_MS',
        rule: 'cannot be set for one provider',
        remedy: 'set ROLLCALL_CALL_TIMEOUT_MS, which holds for all providers',
      },
    ]);
  });

  it.each([
    ['not a url', 'must be a URL'],
    ['ftp://vault.test', 'must begin with https://'],
    ['https://user:hunter2@vault.test', 'must not hold a user name or password'],
    ['http://vault.test', 'must begin with https:// unless it is on this machine'],
    ['http://127.0.0.1.evil.test', 'must begin with https:// unless it is on this machine'],
    ['https://vault.test?x=1', 'must not hold a query or a fragment'],
  ])('refuse the base URL %s', (url, rule) => {
    const error = refusalOf({ ...VAULT, VAULT_BASE_URL: url });
    expect(error.problems).toMatchObject([{ name: 'VAULT_BASE_URL', rule }]);
    expect(inspect(error)).not.toContain('hunter2');
  });

  it.each(['http://127.0.0.1:8080', 'http://localhost', 'http://[::1]:9'])(
    'may use %s without TLS',
    (url) => {
      expect(read({ ...VAULT, VAULT_BASE_URL: url })).toHaveLength(1);
    },
  );

  it('may use plain HTTP elsewhere only when that is asked for', () => {
    expect(
      read({ ...VAULT, VAULT_BASE_URL: 'http://vault.test' }, { allowHttpProviders: true }),
    ).toHaveLength(1);
  });

  it('tell the rules of their kind and of their pace, and no value', () => {
    expect(refusalOf({ ...VAULT, VAULT_API_KEY: 'k1' }).problems).toMatchObject([
      { name: 'VAULT_API_KEY', rule: 'must have at least 3 characters' },
    ]);
    const error = refusalOf({
      ...VAULT,
      VAULT_API_KEY: 'hunter2\n',
      VAULT_CONCURRENCY: '0',
      VAULT_CALLS_PER_SECOND: 'x',
    });
    expect(error.problems.map(({ name }) => name)).toEqual([
      'VAULT_CONCURRENCY',
      'VAULT_CALLS_PER_SECOND',
      'VAULT_API_KEY',
    ]);
    expect(inspect(error)).not.toContain('hunter2');
  });
});

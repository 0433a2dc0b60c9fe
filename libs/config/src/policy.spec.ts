import { describe, expect, it } from '@jest/globals';
import { LOWERED_STATUSES, POLICY_STATUSES, TARGET_STATES, type ProviderInstance } from '#identity-provider';
import { PROVIDER_FACTORIES } from '#providers';
import { readProviderInstances } from './instances.js';
import { SettingsError, type SettingProblem } from './problem.js';

const REQUIRED = {
  VAULT_BASE_URL: 'https://vault.test',
  VAULT_API_KEY: 'key',
  VAULT_APP_ID: 'app',
  SUNSHINE_BASE_URL: 'https://sunshine.test',
  SUNSHINE_APP_ID: 'app',
  SUNSHINE_KEY_ID: 'id',
  SUNSHINE_KEY_SECRET: 'secret',
  PASSAGE_BASE_URL: 'https://passage.test',
  PASSAGE_APP_ID: 'app',
  PASSAGE_API_KEY: 'key',
  SENDAUTH_BASE_URL: 'https://sendauth.test',
  SENDAUTH_USERNAME: 'name',
  SENDAUTH_PASSWORD: 'password',
};
const DEFAULTS = { providers: null, callTimeoutMs: 1000, allowHttpProviders: false };

function read(policy: Readonly<Record<string, string>>): ProviderInstance[] {
  return readProviderInstances({ ...REQUIRED, ...policy }, PROVIDER_FACTORIES, DEFAULTS);
}

/** @returns nothing when it is not refused */
function problemsOf(policy: Readonly<Record<string, string>>): readonly SettingProblem[] {
  try {
    read(policy);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
}

describe('what a status means at an instance', () => {
  it('is the default of each provider when nothing is chosen', () => {
    const states = read({}).map(({ slug, lowering }) => [
      slug,
      ...LOWERED_STATUSES.map((status) => lowering[status].state),
    ]);
    expect(states).toEqual([
      ['vault', 'live', 'live', 'live', 'gone'],
      ['sunshine', 'live', 'suspended', 'suspended', 'gone'],
      ['passage', 'live', 'suspended', 'suspended', 'gone'],
      ['sendauth', 'live', 'softDeleted', 'softDeleted', 'gone'],
    ]);
  });

  it('is what its own settings choose, and no other instance is touched', () => {
    const named = [{ slug: 'passage-eu', kind: 'passage' }];
    const environment = {
      ...REQUIRED,
      PASSAGE_EU_BASE_URL: 'https://eu.passage.test',
      PASSAGE_EU_APP_ID: 'app',
      PASSAGE_EU_API_KEY: 'key',
      PASSAGE_EU_ON_DEACTIVATED: 'live',
    };
    const instances = readProviderInstances(environment, PROVIDER_FACTORIES, {
      ...DEFAULTS,
      providers: named,
    });
    const cells = instances.filter(({ kind }) => kind === 'passage').map(({ lowering }) => lowering);
    expect(cells.map(({ deactivated, deleted }) => [deactivated.state, deleted.state])).toEqual([
      ['suspended', 'suspended'],
      ['live', 'suspended'],
    ]);
  });

  it('P8: a choice that would destroy what a restore brings back is refused, naming setting, state and loss', () => {
    expect(problemsOf({ VAULT_ON_DELETED: 'gone' })).toEqual([
      {
        name: 'VAULT_ON_DELETED',
        rule: 'must not be gone: who is deleted can come back until a purge, and this loss of connections, stored credentials could not be undone',
        remedy: 'set one of live, or leave it out for live',
      },
    ]);
  });

  it('a choice that the provider has nothing for is refused, naming what it has', () => {
    expect(problemsOf({ VAULT_ON_DEACTIVATED: 'suspended', SENDAUTH_ON_DELETED: 'closed' })).toEqual([
      {
        name: 'VAULT_ON_DEACTIVATED',
        rule: 'must not be suspended: the provider has nothing like it',
        remedy: 'set one of live, or leave it out for live',
      },
      {
        name: 'SENDAUTH_ON_DELETED',
        rule: 'is no state of an account',
        remedy: 'set one of softDeleted, live, or leave it out for softDeleted',
      },
    ]);
  });

  it('every choice of every provider is either taken or refused, and none that is taken is irreversible', () => {
    for (const { slug, provider } of read({})) {
      for (const status of POLICY_STATUSES) {
        for (const state of TARGET_STATES) {
          const setting = `${slug.toUpperCase()}_ON_${status.toUpperCase()}`;
          const cell = provider.capabilities.lowering[status].find((each) => each.state === state);
          const problems = problemsOf({ [setting]: state });
          if (cell?.reversible === true) {
            const chosen = read({ [setting]: state }).find((each) => each.slug === slug);
            expect(chosen?.lowering[status]).toBe(cell);
          } else {
            expect(problems.map(({ name }) => name)).toEqual([setting]);
          }
        }
      }
    }
  });
});

import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { readProviderInstances } from '#config';
import type { ProviderFactory } from '#identity-provider';
import { PROVIDER_FACTORIES } from './factories.js';
import { PROVIDER_FACTORY_REGISTRY, ProvidersModule } from './module.js';
import { PROVIDER_KINDS, registerFactories } from './registry.js';

const DEFAULTS = { providers: null, callTimeoutMs: 1000, allowHttpProviders: false };

describe('the registry of kinds', () => {
  it('gives every kind once, by injection and without it', async () => {
    Logger.overrideLogger(false);
    const app = await NestFactory.createApplicationContext(ProvidersModule);
    const injected = app.get<readonly ProviderFactory[]>(PROVIDER_FACTORY_REGISTRY);
    expect(injected.map(({ kind }) => kind)).toEqual([...PROVIDER_KINDS]);
    expect(injected).toEqual(PROVIDER_FACTORIES);
    await app.close();
  });

  it('fails at start on a kind that is missing, doubled or unknown', () => {
    const [vault, ...others] = PROVIDER_FACTORIES;
    if (vault === undefined) throw new Error('there are factories');
    expect(() => registerFactories(others)).toThrow('no factory is registered for the kind "vault"');
    expect(() => registerFactories([vault, ...PROVIDER_FACTORIES])).toThrow('two factories');
    expect(() => registerFactories([...PROVIDER_FACTORIES, { ...vault, kind: 'okta' }])).toThrow('"okta"');
  });

  it('builds two instances of one kind, which share nothing', () => {
    const environment = {
      VAULT_BASE_URL: 'https://vault.test',
      VAULT_API_KEY: 'one',
      VAULT_APP_ID: 'app-one',
      VAULT_EU_BASE_URL: 'https://eu.vault.test',
      VAULT_EU_API_KEY: 'two',
      VAULT_EU_APP_ID: 'app-two',
      SENDAUTH_BASE_URL: 'https://sendauth.test',
      SENDAUTH_USERNAME: 'name',
      SENDAUTH_PASSWORD: 'password',
      SENDAUTH_PAD_NAMES: 'true',
    };
    const named = [{ slug: 'vault-eu', kind: 'vault' }];
    const instances = readProviderInstances(environment, PROVIDER_FACTORIES, {
      ...DEFAULTS,
      providers: named,
    });
    expect(
      instances.map(({ slug, kind, remoteScope, mappingVersion }) => [
        slug,
        kind,
        remoteScope,
        mappingVersion,
      ]),
    ).toEqual([
      ['vault', 'vault', 'https://vault.test app app-one', 'vault-1'],
      ['sendauth', 'sendauth', 'https://sendauth.test', 'sendauth-1+pad2'],
      ['vault-eu', 'vault', 'https://eu.vault.test app app-two', 'vault-1'],
    ]);
    expect(instances[0]?.provider).not.toBe(instances[2]?.provider);
  });
});

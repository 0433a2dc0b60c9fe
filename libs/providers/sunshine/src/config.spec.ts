import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { describe, expect, it } from '@jest/globals';
import { sunshineFactory } from './config.js';
import { SUNSHINE_FACTORY, SunshineModule } from './module.js';

const SETTINGS = {
  BASE_URL: 'https://acme.zendesk.com/sc',
  APP_ID: 'app',
  KEY_ID: 'key',
  KEY_SECRET: 'secret',
};

function build(more: Record<string, string> = {}) {
  return sunshineFactory.create(sunshineFactory.settings.parse({ ...SETTINGS, ...more }));
}

describe('the settings of a Sunshine instance', () => {
  it('pin what accounts are kept under: the base URL and the app, and no secret', () => {
    const { remoteScope } = build();
    expect(remoteScope).toBe('https://acme.zendesk.com/sc app app');
    expect(build({ KEY_SECRET: 'other' }).remoteScope).toBe(remoteScope);
  });

  it('make another mapping of other metadata fields, in whatever order they are named', () => {
    const { mappingVersion } = build({ METADATA_FIELDS: 'team, seats' });
    expect(mappingVersion).toBe(build({ METADATA_FIELDS: 'seats,team,' }).mappingVersion);
    expect(mappingVersion).not.toBe(build().mappingVersion);
    const paths = build({ METADATA_FIELDS: 'team' }).provider.capabilities.attributes.map(({ path }) => path);
    expect(paths).toContain('metadata.team');
  });

  it.each(['phone', 'rollcallStatus', '__proto__', 'a.b', 'a b', '1st'])(
    'refuse the metadata field %s',
    (name) => {
      expect(sunshineFactory.settings.safeParse({ ...SETTINGS, METADATA_FIELDS: name }).success).toBe(false);
    },
  );

  it('send the key with every call unless told to sign with it, and refuse any third way', () => {
    expect(sunshineFactory.settings.parse(SETTINGS)).toMatchObject({ AUTH: 'basic' });
    expect(sunshineFactory.settings.parse({ ...SETTINGS, AUTH: 'jwt' })).toMatchObject({ AUTH: 'jwt' });
    expect(sunshineFactory.settings.safeParse({ ...SETTINGS, AUTH: 'oauth' }).success).toBe(false);
    expect(build({ AUTH: 'jwt' }).remoteScope).toBe(build().remoteScope);
  });

  it('name exactly what the schema knows', () => {
    const { required, optional } = sunshineFactory.settingNames;
    const known = sunshineFactory.settings.parse({
      ...SETTINGS,
      WEBHOOK_SECRET: 'w',
      METADATA_FIELDS: 'team',
    });
    expect([...required, ...optional].sort()).toEqual(Object.keys(known).sort());
  });
});

describe('SunshineModule', () => {
  it('gives the factory to whoever imports it', async () => {
    const context = await NestFactory.createApplicationContext(SunshineModule, { logger: false });
    expect(context.get(SUNSHINE_FACTORY)).toBe(sunshineFactory);
    await context.close();
  });
});

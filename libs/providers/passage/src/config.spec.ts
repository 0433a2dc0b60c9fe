import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { describe, expect, it } from '@jest/globals';
import { passageFactory } from './config.js';
import { PASSAGE_FACTORY, PassageModule } from './module.js';

const SETTINGS = { BASE_URL: 'https://api.passage.id/v1', APP_ID: 'app', API_KEY: 'secret' };

function build(more: Record<string, string> = {}) {
  return passageFactory.create(passageFactory.settings.parse({ ...SETTINGS, ...more }));
}

describe('the settings of a Passage instance', () => {
  it('pin what accounts are kept under: the base URL and the app, and no secret', () => {
    const { remoteScope } = build();
    expect(remoteScope).toBe('https://api.passage.id/v1 app app');
    expect(build({ API_KEY: 'other' }).remoteScope).toBe(remoteScope);
  });

  it('carry email and phone alone, unless metadata fields are named', () => {
    const pathsOf = (more?: Record<string, string>) =>
      build(more).provider.capabilities.attributes.map(({ path }) => path);
    expect(pathsOf()).toEqual(['email', 'phone']);
    expect(pathsOf({ METADATA_FIELDS: 'displayName, team' })).toEqual([
      'email',
      'phone',
      'user_metadata.displayName',
      'user_metadata.team',
    ]);
    expect(build({ METADATA_FIELDS: 'team' }).mappingVersion).not.toBe(build().mappingVersion);
  });

  it.each(['email', 'phone', '__proto__', 'a.b', 'a b'])('refuse the metadata field %s', (name) => {
    expect(passageFactory.settings.safeParse({ ...SETTINGS, METADATA_FIELDS: name }).success).toBe(false);
  });

  it('name exactly what the schema knows', () => {
    const { required, optional } = passageFactory.settingNames;
    const known = passageFactory.settings.parse({ ...SETTINGS, METADATA_FIELDS: 'team' });
    expect([...required, ...optional].sort()).toEqual(Object.keys(known).sort());
  });
});

describe('PassageModule', () => {
  it('gives the factory to whoever imports it', async () => {
    const context = await NestFactory.createApplicationContext(PassageModule, { logger: false });
    expect(context.get(PASSAGE_FACTORY)).toBe(passageFactory);
    await context.close();
  });
});

import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { SettingsError } from './problem.js';
import { allowancesOf, readSettings, type Environment } from './settings.js';
import { SETTINGS } from './setting-lines.js';

const LEAST = { DATABASE_URL: 'postgresql://rollcall:hunter2secret@127.0.0.1/rollcall' };

function problemsOf(environment: Environment): SettingsError {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error;
    throw error;
  }
  throw new Error('the settings were expected to be refused');
}

describe('the settings of a process', () => {
  it('need the database alone, and default the rest', () => {
    const settings = readSettings({ ...LEAST, ROLLCALL_PORT: '', PATH: '/bin' });
    expect(settings).toMatchObject({
      redisUrl: null,
      adminKey: null,
      host: '127.0.0.1',
      port: 3000,
      workerPort: 3001,
      logLevel: 'info',
      providers: null,
      allowHttpProviders: false,
      leaseMs: 60_000,
      callTimeoutMs: 10_000,
      batchSize: 1500,
      coalesceMs: 400,
      lateArrivalMs: 60_000,
      tickMs: 1000,
      shutdownMs: 15_000,
      databasePool: 10,
      queuePrefix: 'rollcall',
      retentionDays: 30,
      budgetApprovalMs: 3_600_000,
      budgetFourEyes: false,
    });
    expect(allowancesOf(settings)).toEqual({
      suspend: { atLeast: 100, percent: 20 },
      remove: { atLeast: 25, percent: 5 },
      overwrite: { atLeast: 25, percent: 5 },
      create: { atLeast: 1_000, percent: 20 },
    });
    expect(settings.databaseUrl.reveal()).toBe(LEAST.DATABASE_URL);
  });

  it.each([
    ['1', 1],
    ['36500', 36_500],
    ['never', null],
  ])('take %s for days of retention', (given, read) => {
    expect(readSettings({ ...LEAST, ROLLCALL_RETENTION_DAYS: given }).retentionDays).toBe(read);
  });

  it.each(['0', '-1', '1.5', '36501', 'Never', '30d', ' 30', 'null'])(
    'refuse %s for days of retention',
    (given) => {
      expect(problemsOf({ ...LEAST, ROLLCALL_RETENTION_DAYS: given }).message).toContain(
        'must be a whole number from 1 to 36500, or never',
      );
    },
  );

  it.each([
    ['0,0%', { atLeast: 0, percent: 0 }],
    ['0,100%', { atLeast: 0, percent: 100 }],
    ['7,2.5%', { atLeast: 7, percent: 2.5 }],
  ])('G10: take %s for a budget', (given, read) => {
    expect(readSettings({ ...LEAST, ROLLCALL_BUDGET_REMOVE: given }).budgetRemove).toEqual(read);
  });

  it.each(['25', '25,5', '5%', '-1,5%', '1.5,5%', '25,101%', '25,100.001%', '25, 5%', 'all'])(
    'G10: refuse %s for a budget',
    (given) => {
      expect(problemsOf({ ...LEAST, ROLLCALL_BUDGET_REMOVE: given }).problems).toMatchObject([
        { name: 'ROLLCALL_BUDGET_REMOVE', rule: expect.stringContaining('such as 25,5%') },
      ]);
    },
  );

  it.each([
    ['never', null],
    ['*/15 * * * *', '*/15 * * * *'],
    ['0 30 2 * * 1-5', '0 30 2 * * 1-5'],
  ])('take %s for the schedule of sweeps', (given, read) => {
    expect(readSettings({ ...LEAST, ROLLCALL_SWEEP_CRON: given }).sweepCron).toBe(read);
  });

  it.each(['nightly', '* * * *', '99 * * * *', '* * * * * * *', '2026-11-26T02:00:00Z'])(
    'refuse %s for the schedule of sweeps',
    (given) => {
      expect(problemsOf({ ...LEAST, ROLLCALL_SWEEP_CRON: given }).problems).toMatchObject([
        { name: 'ROLLCALL_SWEEP_CRON', rule: expect.stringContaining('or never') },
      ]);
    },
  );

  it('take what is given', () => {
    const settings = readSettings({
      ...LEAST,
      REDIS_URL: 'redis://127.0.0.1:6379',
      ROLLCALL_PORT: '0',
      ROLLCALL_PROVIDERS: 'vault-eu:vault, vault-us:vault',
      ROLLCALL_ALLOW_HTTP_PROVIDERS: 'true',
    });
    expect(settings.port).toBe(0);
    expect(settings.redisUrl?.reveal()).toBe('redis://127.0.0.1:6379');
    expect(settings.providers).toEqual([
      { slug: 'vault-eu', kind: 'vault' },
      { slug: 'vault-us', kind: 'vault' },
    ]);
    expect(settings.allowHttpProviders).toBe(true);
  });

  it('tell everything that is wrong at once, and no value', () => {
    const error = problemsOf({
      DATABASE_URL: 'mysql://root:hunter2secret@db/x',
      ROLLCALL_ADMIN_KEY: 'tooshortsecret',
      ROLLCALL_PORT: '70000',
      ROLLCALL_WORKER_PORT: '-1',
      ROLLCALL_LOG_LEVEL: 'shouting',
      ROLLCALL_PROVIDERS: 'vault-eu',
      ROLLCALL_TICK_MS: '1e3',
    });
    expect(error.problems.map(({ name }) => name)).toEqual([
      'DATABASE_URL',
      'ROLLCALL_ADMIN_KEY',
      'ROLLCALL_PORT',
      'ROLLCALL_WORKER_PORT',
      'ROLLCALL_LOG_LEVEL',
      'ROLLCALL_PROVIDERS',
      'ROLLCALL_TICK_MS',
    ]);
    expect(error.message).toContain(
      'ROLLCALL_PORT must be a whole number from 0 to 65535; correct it, or leave it out for 3000',
    );
    for (const value of ['hunter2secret', 'tooshortsecret', '70000', 'shouting', '1e3']) {
      expect(inspect(error)).not.toContain(value);
    }
  });

  it('refuse a start without a database, saying what it is for', () => {
    expect(problemsOf({}).message).toContain('DATABASE_URL is required; set it: The Postgres');
  });

  it('refuse a name that is none of ours, and offer the nearest', () => {
    const error = problemsOf({ ...LEAST, ROLLCALL_LEASE: '5', ROLLCALL_TEST_INSTALL: '1' });
    expect(error.problems).toEqual([
      { name: 'ROLLCALL_LEASE', rule: 'is not a setting', remedy: 'did you mean ROLLCALL_LEASE_MS?' },
    ]);
  });

  it('Q10: refuse a lease that one call could outlast', () => {
    const error = problemsOf({ ...LEAST, ROLLCALL_LEASE_MS: '15000' });
    expect(error.problems[0]?.name).toBe('ROLLCALL_LEASE_MS');
    expect(error.message).toContain('must be above 15000');
    expect(readSettings({ ...LEAST, ROLLCALL_LEASE_MS: '15001' }).leaseMs).toBe(15_001);
  });

  it.each(['a:vault,a:passage', 'A:vault', 'rollcall-x:vault', 'vault:', ',', 'vault_eu:vault'])(
    'refuse the instance list %s',
    (list) => {
      expect(problemsOf({ ...LEAST, ROLLCALL_PROVIDERS: list }).problems[0]?.name).toBe('ROLLCALL_PROVIDERS');
    },
  );

  it('keep their secrets when they are printed', () => {
    const key = 'k'.repeat(30);
    const settings = readSettings({
      ...LEAST,
      ROLLCALL_ADMIN_KEY: key,
      REDIS_URL: 'redis://:hunter2secret@r',
    });
    const printed = `${inspect(settings, { depth: 9, showHidden: true })}${JSON.stringify(settings)}${String(settings.adminKey)}`;
    expect(printed).not.toContain('hunter2secret');
    expect(printed).not.toContain(key);
  });

  it('are listed once each, with a meaning that ends as a sentence', () => {
    const names = SETTINGS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { meaning } of SETTINGS) expect(meaning).toMatch(/^[A-Z].*\.$/);
  });
});

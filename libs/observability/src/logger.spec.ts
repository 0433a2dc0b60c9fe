import { describe, expect, it } from '@jest/globals';
import { v7, validate, version } from 'uuid';
import { ProviderError } from '#identity-provider';
import { systemClock } from './clock.js';
import { newId } from './ids.js';
import type { LogFields } from './log-fields.js';
import { createLogger, type Logger, type LogLevel } from './logger.js';
import { NestLogger } from './nest-logger.js';

function open(
  level: LogLevel = 'info',
  secrets: readonly string[] = [],
): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const destination = { write: (line: string) => lines.push(line) };
  return { logger: createLogger({ level, name: 'test', destination, secrets }), lines };
}

function entry(line: string | undefined): Record<string, unknown> {
  return JSON.parse(line ?? '{}') as Record<string, unknown>; // the log writes objects
}

describe('the log', () => {
  it('writes a constant message, its fields and its level by name', () => {
    const { logger, lines } = open();
    logger.with({ component: 'dispatcher' }).info('doorbell rung', { provider: 'vault', count: 3 });
    logger.debug('too small to matter');
    expect(lines).toHaveLength(1);
    expect(entry(lines[0])).toMatchObject({
      level: 'info',
      name: 'test',
      msg: 'doorbell rung',
      component: 'dispatcher',
      provider: 'vault',
      count: 3,
    });
  });

  it('A06: drops what is not listed, and objects in the place of values', () => {
    const { logger, lines } = open();
    const careless = { userId: 'u1', email: 'ada@example.com', reason: { email: 'ada@example.com' } };
    logger.warn('link parked', careless as unknown as LogFields); // what a spread object does at run time
    expect(lines[0]).not.toContain('ada@');
    expect(entry(lines[0])['userId']).toBe('u1');
  });

  it('A06: masks known secrets wherever they got in, also where JSON escapes them', () => {
    const { logger, lines } = open('info', ['hunter2"quoted', 'abc']);
    logger.info('calling with hunter2"quoted', { reason: 'hunter2"quoted', code: 'abc' });
    expect(lines[0]).not.toContain('hunter2');
    expect(entry(lines[0])).toMatchObject({ msg: 'calling with [secret]', reason: '[secret]', code: 'abc' });
  });

  it('A06: takes errors apart, and keeps the text only of those that quote nothing', () => {
    const { logger, lines } = open();
    const database = Object.assign(new Error('invalid input syntax: "ada@example.com"\nin row 1'), {
      code: '22P02',
    });
    logger.error('settle failed', {
      error: new ProviderError('conflict', { reason: 'taken' }, { cause: database }),
    });
    expect(lines[0]).not.toContain('ada@');
    expect(entry(lines[0])['error']).toMatchObject({
      type: 'ProviderError',
      message: 'conflict: taken',
      cause: { type: 'Error', code: '22P02' },
    });
    expect(JSON.stringify(entry(lines[0])['error'])).toContain('logger.spec');
  });

  it('carries what Nest writes', () => {
    const { logger, lines } = open('trace');
    const nest = new NestLogger(logger);
    nest.log('Mapped {/healthz, GET} route', 'RouterExplorer');
    nest.error(new TypeError('x is not a function'), 'ExceptionsHandler');
    nest.error('it broke', 'Error: ada@example.com\n    at nowhere', 'ExceptionsHandler');
    expect(lines.map((line) => entry(line)['component'])).toEqual([
      'RouterExplorer',
      'ExceptionsHandler',
      'ExceptionsHandler',
    ]);
    expect(entry(lines[1])['error']).toMatchObject({ type: 'TypeError', message: 'x is not a function' });
    expect(lines[2]).not.toContain('ada@');
  });
});

describe('ids and clocks', () => {
  it('ids are UUIDs of version 7 and sort as they were made', () => {
    const ids = Array.from({ length: 100 }, newId);
    expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true);
    expect([...ids].sort()).toEqual(ids);
    expect(newId() > v7({ msecs: 0 })).toBe(true);
  });

  it('the monotonic clock does not go back', () => {
    const first = systemClock.monotonicMs();
    expect(systemClock.monotonicMs()).toBeGreaterThanOrEqual(first);
    expect(Math.abs(systemClock.now().getTime() - Date.now())).toBeLessThan(1000);
  });
});

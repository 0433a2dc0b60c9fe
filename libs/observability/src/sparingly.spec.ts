import { describe, expect, it } from '@jest/globals';
import { createLogger } from './logger.js';
import { sparingly } from './sparingly.js';

function open() {
  const lines: Record<string, unknown>[] = [];
  const clock = { nowMs: 0, now: () => new Date(0), monotonicMs: () => clock.nowMs };
  const log = createLogger({
    level: 'info',
    name: 'test',
    destination: { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
  });
  return { lines, clock, log: sparingly(log, clock) };
}

const refused = () => Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });

describe('trouble that repeats itself', () => {
  it('is told at once, then once a minute with how often it came', () => {
    const { lines, clock, log } = open();
    for (let second = 0; second < 130; second += 1) {
      clock.nowMs = second * 1_000;
      for (let connection = 0; connection < 10; connection += 1)
        log.warn('queue trouble', { error: refused() });
    }
    expect(lines.map((line) => line['count'])).toEqual([undefined, 600, 600]);
    expect(lines[1]).toMatchObject({ level: 'warn', msg: 'queue trouble', error: { code: 'ECONNREFUSED' } });
  });

  it('hides no trouble of another kind', () => {
    const { lines, log } = open();
    log.warn('queue trouble', { error: refused() });
    log.warn('queue trouble', { error: new TypeError('x is not a function') });
    log.error('a doorbell was not answered', { provider: 'vault', error: refused() });
    log.error('a doorbell was not answered', { provider: 'passage', error: refused() });
    log.error('a doorbell was not answered', { provider: 'passage', error: refused() });
    expect(lines).toHaveLength(4);
  });

  it('is told at once again when it comes back after a while', () => {
    const { lines, clock, log } = open();
    log.warn('queue trouble', { error: refused() });
    clock.nowMs = 3_600_000;
    log.warn('queue trouble', { error: refused() });
    expect(lines).toHaveLength(2);
    expect(lines[1]).not.toHaveProperty('count');
  });

  it('keeps a bounded memory', () => {
    const { lines, log } = open();
    for (let n = 0; n < 1_000; n += 1) log.warn(`trouble ${n}`);
    expect(lines).toHaveLength(1_000);
  });
});

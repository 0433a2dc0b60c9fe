import { describe, expect, it } from '@jest/globals';

interface Ring {
  readonly name: string;
  readonly budgetSeconds: number;
}
interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
  readonly spentMs: number;
  readonly complaints: readonly string[];
}
interface Result {
  readonly ring: Ring;
  readonly outcome: Outcome | null;
}
interface Rules {
  readonly skipsFail: boolean;
  readonly isNarrowed: boolean;
  readonly broken: readonly string[];
}

// The runner works before anything is installed, so it is plain JavaScript; its types are the ones above.
const MODULE: string = './report.js';
const { report } = (await import(MODULE)) as {
  report: (results: readonly Result[], rules: Rules) => { lines: string[]; exitCode: number };
};

const RULES: Rules = { skipsFail: false, isNarrowed: false, broken: [] };
const GOOD: Outcome = { passed: 3, failed: 0, skipped: [], spentMs: 1_000, complaints: [] };

function resultOf(outcome: Partial<Outcome> | null, name = 'unit'): Result {
  return { ring: { name, budgetSeconds: 10 }, outcome: outcome === null ? null : { ...GOOD, ...outcome } };
}

describe('the report of a run', () => {
  it('ends with the count alone, and adds up the rings', () => {
    const { lines, exitCode } = report([resultOf({ passed: 3 }), resultOf({ passed: 4 }, 'store')], RULES);
    expect(lines.at(-1)).toBe('7 passed, 0 failed');
    expect(exitCode).toBe(0);
  });

  it.each([
    { reason: 'a failed test', outcome: { failed: 1 }, rules: {}, last: '3 passed, 1 failed', says: '' },
    {
      reason: 'a ring without a test',
      outcome: { passed: 0 },
      rules: {},
      last: '0 passed, 0 failed',
      says: 'unit: no test',
    },
    {
      reason: 'an open handle',
      outcome: { complaints: ['left open'] },
      rules: {},
      last: '3 passed, 0 failed',
      says: 'left open',
    },
    {
      reason: 'a skip where skips are not allowed',
      outcome: { skipped: ['a tale'] },
      rules: { skipsFail: true },
      last: '3 passed, 0 failed, 1 skipped',
      says: 'skipped',
    },
    {
      reason: 'more than 1.5 times the seconds',
      outcome: { spentMs: 15_001 },
      rules: {},
      last: '3 passed, 0 failed',
      says: '15 s',
    },
    {
      reason: 'a broken set-up',
      outcome: {},
      rules: { broken: ['no disk'] },
      last: '3 passed, 0 failed',
      says: 'no disk',
    },
  ])('fails for $reason', ({ outcome, rules, last, says }) => {
    const { lines, exitCode } = report([resultOf(outcome)], { ...RULES, ...rules });
    expect(exitCode).toBe(1);
    expect(lines.at(-1)).toBe(last);
    expect(lines.join('\n')).toContain(says);
  });

  it('names what was skipped, which by itself is no failure', () => {
    const { lines, exitCode } = report([resultOf({ skipped: ['a Redis of one test comes back'] })], RULES);
    expect(exitCode).toBe(0);
    expect(lines).toContain('skipped: a Redis of one test comes back');
    expect(lines.at(-1)).toBe('3 passed, 0 failed, 1 skipped');
  });

  it('holds the seconds against the whole of the rings, not against each', () => {
    const { exitCode } = report([resultOf({ spentMs: 25_000 }), resultOf({}, 'store')], RULES);
    expect(exitCode).toBe(0);
  });

  it('lists a ring whose folder is not there yet, without failing for it', () => {
    const { lines, exitCode } = report([resultOf({}), resultOf(null, 'chaos')], RULES);
    expect(exitCode).toBe(0);
    expect(lines.some((line) => /^chaos +none yet$/.test(line))).toBe(true);
  });

  it('a narrowed run may find nothing in a ring', () => {
    expect(report([resultOf({ passed: 0 })], { ...RULES, isNarrowed: true }).exitCode).toBe(0);
  });
});

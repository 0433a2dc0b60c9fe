import { describe, expect, it } from '@jest/globals';
import { measured, type Outcome } from '../figure.js';
import { jsonLine } from './json.js';
import { rowsOf } from './rows.js';
import { spellNumber, spellTarget } from './spell.js';
import { tableOf } from './table.js';

const OUTCOMES: readonly Outcome[] = [
  { kind: 'failed', id: 'B9', why: 'the worker ended by itself\n--- last lines' },
  { kind: 'leftOut', id: 'B13', why: 'there is no redis-server on PATH' },
  {
    kind: 'measured',
    id: 'B1',
    values: [
      measured('vault', [0.4, 0.5, 0.3], { target: { atLeast: 0.35 } }),
      measured('passage', [0.2], { target: { atLeast: 0.35 } }),
    ],
  },
  { kind: 'measured', id: 'B16', values: [measured('a user', [3_412.4], { unit: 'bytes' })] },
  { kind: 'measured', id: 'B16', values: [measured('rows of a sweep', [0], { target: { atMost: 0 } })] },
];
const FACTS = { people: 2_000, rounds: 1, cores: 2, node: 'v24.0.0', durationMs: 1_234 };

describe('the rows of the figures', () => {
  it('stand by number, with what is met, what is not, what failed and what was left out', () => {
    expect(rowsOf(OUTCOMES)).toEqual([
      ['B1', 'vault', '0.30', '0.40', '0.50', '>= 0.35', 'met'],
      ['B1', 'passage', '0.20', '0.20', '0.20', '>= 0.35', 'not met'],
      ['B9', 'the worker ended by itself', '', '', '', '', 'failed'],
      ['B13', 'there is no redis-server on PATH', '', '', '', '', 'left out'],
      ['B16', 'a user (bytes)', '3412', '3412', '3412', '', ''],
      ['B16', 'rows of a sweep', '0', '0', '0', '<= 0', 'met'],
    ]);
  });

  it.each([
    [0, '0'],
    [0.0312, '0.031'],
    [0.5, '0.50'],
    [12.34, '12.3'],
    [1234.5, '1235'],
  ])('spell %d as %s', (value, text) => {
    expect(spellNumber(value)).toBe(text);
  });

  it.each([
    [undefined, ''],
    [{ atMost: 1.5 }, '<= 1.5'],
    [{ atLeast: 0.9, atMost: 1 }, '0.9 to 1'],
    [{ atLeast: 1, atMost: 1 }, '= 1'],
  ])('spell the target %j as "%s"', (target, text) => {
    expect(spellTarget(target)).toBe(text);
  });
});

describe('the table', () => {
  it('puts each figure under what it sets against what, once', () => {
    const table = tableOf(OUTCOMES);
    expect(table).toMatch(/B1 {2}first sync: writes a second/);
    expect(table.match(/B16 {2}/g)).toHaveLength(1);
    expect(table).toMatch(/passage .* not met/);
  });
});

describe('the line of JSON', () => {
  const line = jsonLine(OUTCOMES, FACTS);

  it('is one line', () => {
    expect(line).not.toContain('\n');
  });

  it('holds every figure with its spread, target and verdict, and the facts of the machine', () => {
    expect(JSON.parse(line)).toMatchObject({
      figures: {
        B1: { vault: { min: 0.3, median: 0.4, max: 0.5, target: { atLeast: 0.35 }, met: true } },
        B9: { error: 'the worker ended by itself\n--- last lines' },
        B13: { leftOut: 'there is no redis-server on PATH' },
        B16: {
          'a user': { median: 3_412.4, unit: 'bytes', target: null, met: null },
          'rows of a sweep': { median: 0, met: true },
        },
      },
      ...FACTS,
    });
  });
});

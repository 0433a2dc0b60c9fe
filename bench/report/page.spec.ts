import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { measured, type Outcome } from '../figure.js';
import { TITLES } from '../titles.js';
import { markdownOf } from './markdown.js';
import { withFigures } from './page.js';

const FACTS = { people: 20_000, rounds: 3, cores: 2, node: 'v24.0.0', durationMs: 1_100_000 };
const FIRST_SYNC: readonly Outcome[] = [
  { kind: 'measured', id: 'B1', values: [measured('vault', [0.41]), measured('passage', [0.38])] },
  { kind: 'measured', id: 'B2', values: [measured('vault', [1.7])] },
];

describe('the figures in Markdown', () => {
  it('are a line on the machine, a chart and a table', () => {
    const text = markdownOf(FIRST_SYNC, FACTS);
    expect(text).toMatch(
      /^2 cores for everything, Node v24.0.0, 20000 people, 3 rounds, 18 minutes\.\n\n```mermaid/,
    );
    expect(text).toContain('x-axis ["vault / bare", "passage / bare", "vault / naive"]');
    expect(text).toContain('y-axis "ratio" 0 --> 2\n  bar [0.41, 0.38, 1.70]');
    expect(text).toMatch(/\| B1 +\| vault +\| 0\.41 +\|/);
  });

  it('have no chart where nothing stands in it', () => {
    const text = markdownOf([{ kind: 'failed', id: 'B1', why: 'no memory' }], FACTS);
    expect(text).not.toContain('mermaid');
    expect(text).toMatch(/\| B1 +\| no memory +\|.*\| failed/);
  });
});

describe('the page about performance', () => {
  const page = readFile(new URL('../../docs/performance.md', import.meta.url), 'utf8');

  it('takes figures between its marks, and nothing else of it changes', async () => {
    const once = withFigures(await page, 'first');
    const twice = withFigures(once, 'second');
    expect(twice).toContain('\n\nsecond\n\n');
    expect(twice).not.toContain('first\n\n<!--');
    expect(withFigures(twice, 'first')).toBe(once);
  });

  it.each(['nothing', '<!-- end of figures -->', 'x'.repeat(3)])(
    'refuses a page without marks: %s',
    (text) => {
      expect(() => withFigures(text, 'figures')).toThrow('the page must hold');
    },
  );

  it.each(Object.keys(TITLES))('explains %s', async (id) => {
    expect(await page).toMatch(new RegExp(`^\\| ${id} +\\|`, 'm'));
  });
});

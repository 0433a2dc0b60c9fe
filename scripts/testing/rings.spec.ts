import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '../..');

// Plain JavaScript without types of its own; this is the part of it that the test reads.
const MODULE: string = './rings.js';
const { RINGS } = (await import(MODULE)) as {
  RINGS: readonly { readonly name: string; readonly match: readonly string[] }[];
};

it('every spec belongs to exactly one ring', () => {
  const inRings = RINGS.flatMap(({ match }) => listed(match));
  expect(inRings.sort()).toEqual(allSpecs().sort());
});

function listed(match: readonly string[]): string[] {
  const args = [join('node_modules', 'jest', 'bin', 'jest.js'), '--listTests', '--json'];
  const answer = execFileSync(
    process.execPath,
    [...args, ...match.map((pattern) => `--testMatch=${pattern}`)],
    {
      cwd: ROOT,
    },
  );
  // Jest answers with a JSON list of absolute paths.
  return JSON.parse(answer.toString()) as string[];
}

function allSpecs(): string[] {
  return ['apps', 'libs', 'scripts', 'bench', 'test'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.spec.ts'))
      .map((path) => join(ROOT, folder, path)),
  );
}

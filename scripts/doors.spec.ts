import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, it } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '..');

async function read(name: string): Promise<unknown> {
  return JSON.parse(await readFile(resolve(ROOT, name), 'utf8')) as unknown;
}

// Node finds the libraries by package.json; tools that follow imports but know no conditions find them by tsconfig.json.
it('package.json and tsconfig.json name the same doors of the libraries', async () => {
  const { imports } = (await read('package.json')) as { imports: Record<string, Record<string, string>> }; // ours
  const { compilerOptions } = (await read('tsconfig.json')) as { compilerOptions: { paths: unknown } }; // ours too
  const sources = Object.entries(imports).map(([door, { source }]) => [door, [source]]);
  expect(compilerOptions.paths).toEqual(Object.fromEntries(sources));
});

it('what is built of a library stands where its source stands, under dist', async () => {
  const { imports } = (await read('package.json')) as { imports: Record<string, Record<string, string>> }; // ours
  for (const { source, default: built } of Object.values(imports)) {
    expect(built).toBe(source?.replace('./libs', './dist/libs').replace('.ts', '.js'));
  }
});

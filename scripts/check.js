import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root, setUp } from './setup.js';

/*
 * npm run check           everything that can be said of the code without running it
 * npm run check -- lint   one of them
 */

const CHECKS = {
  lint: ['eslint/bin/eslint.js', '.', '--max-warnings=0'],
  format: ['prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'],
  types: ['typescript/bin/tsc', '--noEmit', '--project', '.'],
  deps: [
    'dependency-cruiser/bin/dependency-cruise.mjs',
    'apps',
    'libs',
    'scripts',
    'bench',
    '--config',
    '.dependency-cruiser.cjs',
  ],
};

/** A tool that silently sees nothing reports no violation either: it has to say that it saw modules. */
const PROOFS = { deps: /\([1-9]\d* modules/ };

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in CHECKS));
if (unknown.length > 0) {
  process.stderr.write(`no such check: ${unknown.join(', ')}; there are ${Object.keys(CHECKS).join(', ')}\n`);
  process.exit(2);
}

await setUp({ steps: ['install', 'generate'] });
const failed = [];
for (const name of asked.length > 0 ? asked : Object.keys(CHECKS)) {
  process.stdout.write(`--- ${name}\n`);
  if (!(await passes(name))) failed.push(name);
}
process.stdout.write(failed.length === 0 ? 'check: all good\n' : `check: ${failed.join(', ')} failed\n`);
process.exitCode = failed.length === 0 ? 0 : 1;

async function passes(name) {
  const [script, ...args] = CHECKS[name];
  const tool = spawn(process.execPath, [join('node_modules', script), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  tool.stdout.on('data', (chunk) => {
    output += chunk;
    process.stdout.write(chunk);
  });
  const [code] = await once(tool, 'close');
  if (code === 0 && !(PROOFS[name]?.test(output) ?? true)) {
    process.stdout.write(`${name} looked at nothing\n`);
    return false;
  }
  return code === 0;
}

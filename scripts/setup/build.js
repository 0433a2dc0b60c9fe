import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runQuietly } from './command.js';
import { fingerprintOfTimes, isStamped, listFiles, writeStamp } from './stamp.js';

const FOLDERS = ['apps', 'libs', 'scripts', 'bench'];
const TESTS = '**/*.{spec,harness}.ts';

/**
 * Builds `dist` when a source was added, removed or written since. Types are checked by `npm run check`, not here.
 * @param {string} root the checkout
 * @param {(line: string) => void} say
 */
export async function build(root, say) {
  const stamp = join(root, 'dist', '.stamp');
  const sources = await listSources(root);
  const fingerprint = await fingerprintOfTimes(root, [...sources, '.swcrc', 'package.json']);
  if (await isStamped(stamp, fingerprint)) return;
  say('building');
  const swc = join('node_modules', '@swc', 'cli', 'bin', 'swc.js');
  await runQuietly(
    process.execPath,
    [swc, ...FOLDERS, '--out-dir', 'dist', '--extensions', '.ts', '--ignore', TESTS, '--quiet'],
    { cwd: root },
  );
  await removeLeftovers(root, sources);
  await writeStamp(stamp, fingerprint);
}

async function listSources(root) {
  const files = await Promise.all(FOLDERS.map((folder) => listFiles(root, folder)));
  return files.flat().filter((path) => path.endsWith('.ts') && !/\.(spec|harness)\.ts$/.test(path));
}

/** What a source that is gone was built into must not be found by an import. */
async function removeLeftovers(root, sources) {
  const built = new Set(sources.map((path) => join('dist', path.replace(/\.ts$/, ''))));
  for (const path of await listFiles(root, 'dist')) {
    if (!built.has(path.replace(/\.js(\.map)?$/, ''))) await rm(join(root, path));
  }
}

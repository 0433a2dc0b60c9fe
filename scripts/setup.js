import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './setup/build.js';
import { generateClient } from './setup/generate.js';
import { installDependencies } from './setup/install.js';
import { underLock } from './setup/lock.js';

/** The checkout. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const STEPS = { install: installDependencies, generate: generateClient, build };

/**
 * Makes a fresh clone ready to run: dependencies, the Prisma client, `dist`. What is there already is left alone, so
 * a second call takes a moment. Calls from several processes at once wait for each other.
 * @param {{ steps?: readonly (keyof typeof STEPS)[], say?: (line: string) => void }} [options]
 *   steps: which to do, in this order (Default: all); say: told one line a step that has something to do
 *   (Default: standard error, which leaves standard output to what the command itself prints)
 */
export async function setUp({ steps = ['install', 'generate', 'build'], say = sayOnStderr } = {}) {
  if (!existsSync(join(root, 'apps'))) return; // an image: it holds the build and no sources
  const lock = {
    folder: join(root, '.rollcall'),
    name: 'setup',
    onWait: (holder) => say(`waiting for another set-up of this checkout (${holder})`),
  };
  await underLock(lock, async () => {
    for (const step of steps) await STEPS[step](root, say);
  });
}

function sayOnStderr(line) {
  process.stderr.write(`${line}\n`);
}

/** Whether a script is what `node` was asked to run, and not imported by another. */
export function isEntry(moduleUrl) {
  return process.argv[1] !== undefined && fileURLToPath(moduleUrl) === process.argv[1];
}

if (isEntry(import.meta.url)) {
  const steps = process.argv.slice(2);
  const unknown = steps.filter((step) => !(step in STEPS));
  if (unknown.length > 0) {
    sayOnStderr(`no such step: ${unknown.join(', ')}; there are ${Object.keys(STEPS).join(', ')}`);
    process.exit(2);
  }
  try {
    await setUp(steps.length === 0 ? {} : { steps });
  } catch (error) {
    sayOnStderr(error.message);
    process.exit(1);
  }
}

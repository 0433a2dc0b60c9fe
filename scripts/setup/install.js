import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandFailed, npmCommand, runQuietly } from './command.js';

/**
 * Installs the dependencies unless they are there exactly as package-lock.json names them.
 * Their install scripts never run: nothing here may depend on one, and npm withholds them sooner or later.
 * @param {string} root the checkout
 * @param {(line: string) => void} say
 */
export async function installDependencies(root, say) {
  if (await isInstalled(root)) return;
  say('installing dependencies (npm ci)');
  const flags = [
    '--ignore-scripts',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  try {
    await npm(root, ['ci', ...flags]);
  } catch (error) {
    if (!(error instanceof CommandFailed) || !isRegistryGap(error.output)) throw error;
    // The same versions with the same checksums; only the comparison that `ci` begins with is left out.
    say('npm ci misses packages of other platforms; installing what the lock file names');
    await npm(root, ['install', '--no-save', ...flags]);
  }
  if (!(await isInstalled(root)))
    throw new Error('the installed packages are not those of package-lock.json');
}

async function npm(root, args) {
  const [command, first] = npmCommand();
  await runQuietly(command, [...first, ...args], { cwd: root, env: { NODE_ENV: 'development' } });
}

/**
 * A registry that lacks another platform's optional package makes `npm ci` call the lock file incomplete: the package
 * that it cannot find is "missing" with no version. Any other disagreement is a real one.
 */
function isRegistryGap(output) {
  const complaints = output.split('\n').filter((line) => /\b(Missing|Invalid): /.test(line));
  return complaints.length > 0 && complaints.every((line) => /Missing: \S+@ from lock file/.test(line));
}

/** npm writes the lock file of what it installed last of all, so an install that was broken off has none. */
async function isInstalled(root) {
  const wanted = await readPackages(join(root, 'package-lock.json'));
  const installed = await readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === null) throw new Error('package-lock.json is missing');
  if (installed === null) return false;
  const paths = new Set([...Object.keys(wanted), ...Object.keys(installed)].filter((path) => path !== ''));
  return [...paths].every((path) => isSame(wanted[path], installed[path]));
}

function isSame(wanted, installed) {
  if (wanted === undefined) return false;
  if (installed === undefined) return wanted.optional === true && !isForThisPlatform(wanted);
  return wanted.version === installed.version && wanted.integrity === installed.integrity;
}

/** Musl and glibc builds share `os` and `cpu`; which one is right is npm's business. */
function isForThisPlatform({ os, cpu, libc }) {
  if (libc !== undefined) return false;
  return (
    (os ?? [process.platform]).includes(process.platform) && (cpu ?? [process.arch]).includes(process.arch)
  );
}

async function readPackages(path) {
  try {
    return JSON.parse(await readFile(path, 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

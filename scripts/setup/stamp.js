import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** @returns {Promise<string[]>} all files below a folder, relative to `root`, sorted */
export async function listFiles(root, folder) {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

/** Changes when a file is added, removed or written; cheap, since no content is read. */
export async function fingerprintOfTimes(root, paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    const { size, mtimeMs } = await stat(join(root, path));
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** Changes when a content changes. */
export async function fingerprintOfContents(root, paths) {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(`${path}\n`).update(await readFile(join(root, path)));
  return hash.digest('hex');
}

/** Whether the step that wrote this stamp had the same input. */
export async function isStamped(path, fingerprint) {
  return (await readFile(path, 'utf8').catch(() => null)) === fingerprint;
}

/** Written after a step is whole, so a step that was broken off is done again. */
export async function writeStamp(path, fingerprint) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, fingerprint);
}

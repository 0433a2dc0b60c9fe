import { constants } from 'node:fs';
import { copyFile, link, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Makes a folder's files appear at a second place: as hard links, which takes milliseconds, and as copies where the
 * second place is on another file system. Meant for files that nobody writes.
 */
export async function cloneFolder(from: string, to: string): Promise<void> {
  await mkdir(to, { mode: 0o755 });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) await cloneFolder(source, target);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else await cloneFile(source, target);
  }
}

async function cloneFile(source: string, target: string): Promise<void> {
  try {
    await link(source, target);
  } catch {
    // Another file system, or a system that forbids links to files of others: the copy tells whether it is worse.
    await copyFile(source, target, constants.COPYFILE_FICLONE);
  }
}

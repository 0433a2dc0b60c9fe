import { chown, mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canReach, type Account } from './account.js';

/**
 * A fresh private folder, owned by the account, in the first temporary place whose parents let that account in.
 * @param account `null` for the user who runs this process
 */
export async function temporaryFolder(prefix: string, account: Account | null): Promise<string> {
  const parent = account === null ? tmpdir() : await reachableParent(account);
  const folder = await mkdtemp(join(parent, prefix));
  if (account !== null) await chown(folder, account.uid, account.gid);
  return folder;
}

async function reachableParent(account: Account): Promise<string> {
  for (const place of [tmpdir(), '/tmp', '/var/tmp']) {
    if ((await isFolder(place)) && (await canReach(join(place, 'folder'), account))) return place;
  }
  throw new Error(`no temporary folder that the user ${account.name} may enter`);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

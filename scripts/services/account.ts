import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CommandFailed, run } from './child.js';

/** The system user that a server runs as. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Made when none of the asked users is there. It owns nothing and cannot log in. */
const OWN_ACCOUNT = 'rollcall-postgres';
const NO_LOGIN = '/usr/sbin/nologin';

/**
 * Postgres refuses to run as root. As root: the first of `names` that is there, else one that is created, else `nobody`.
 * As a plain user: `null`, which means as oneself.
 */
export async function unprivilegedAccount(names: readonly string[] = ['postgres']): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null;
  for (const name of [...names, OWN_ACCOUNT]) {
    const account = await findAccount(name);
    if (account !== null) return account;
  }
  await createAccount();
  const account = (await findAccount(OWN_ACCOUNT)) ?? (await findAccount('nobody'));
  if (account === null) throw new Error('no unprivileged user to run Postgres as, and none could be created');
  return account;
}

async function findAccount(name: string): Promise<Account | null> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return Number(uid) === 0 ? null : { name, uid: Number(uid), gid: Number(gid) };
  } catch (error) {
    if (error instanceof CommandFailed) return null;
    throw error;
  }
}

/** shadow-utils first, then busybox. A failure shows in that the account is not there afterwards. */
async function createAccount(): Promise<void> {
  const ways: readonly (readonly [string, ...string[]])[] = [
    ['useradd', '--system', '--no-create-home', '--user-group', '--shell', NO_LOGIN, OWN_ACCOUNT],
    ['adduser', '-S', '-D', '-H', '-s', NO_LOGIN, OWN_ACCOUNT],
  ];
  for (const [command, ...args] of ways) {
    try {
      await run(command, args);
      return;
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
    }
  }
}

/** Whether the account may pass through every folder down to this path: a checkout below /root is closed to it. */
export async function canReach(path: string, account: Account): Promise<boolean> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const { mode, uid, gid } = await stat(folder);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

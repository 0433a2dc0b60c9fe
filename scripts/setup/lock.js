import { hostname } from 'node:os';
import { join } from 'node:path';
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { clearInterval, setInterval } from 'node:timers';

const HEARTBEAT_MS = 1_000;
const STALE_MS = 15_000;
const POLL_MS = 100;

/**
 * Runs `work` while no other process holds the same lock. A holder that died is noticed: by its process id on this
 * machine, by its missing heartbeat on another one that shares the folder.
 * @template Result
 * @param {{ folder: string, name: string, onWait: (holder: string) => void }} lock
 * @param {() => Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function underLock({ folder, name, onWait }, work) {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name}.lock`);
  await acquire(path, onWait);
  const heartbeat = setInterval(() => {
    utimes(path, new Date(), new Date()).catch(() => undefined);
  }, HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    await rm(path, { force: true });
  }
}

async function acquire(path, onWait) {
  let told = false;
  for (;;) {
    if (await take(path)) return;
    const holder = await readFile(path, 'utf8').catch(() => null);
    if (holder !== null && (await isDead(path, holder))) {
      await breakLock(path, holder);
    } else {
      if (!told && holder !== null) onWait(holder);
      told = true;
      await delay(POLL_MS);
    }
  }
}

async function take(path) {
  try {
    await writeFile(path, `${hostname()} ${process.pid}`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

async function isDead(path, holder) {
  const beat = await stat(path).catch(() => null);
  if (beat !== null && Date.now() - beat.mtimeMs > STALE_MS) return true;
  const [host, pid] = holder.split(' ');
  return host === hostname() && pid !== undefined && !isRunning(Number(pid));
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code !== 'ESRCH';
  }
}

/**
 * Two who find the same dead holder must not remove each other's fresh lock: what was moved away is looked at, and a
 * lock that is not the dead one is put back.
 */
async function breakLock(path, holder) {
  const aside = `${path}.${process.pid}`;
  try {
    await rename(path, aside);
    const moved = await readFile(aside, 'utf8');
    if (moved === holder) await rm(aside, { force: true });
    else await rename(aside, path);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error; // somebody else was quicker
  }
}

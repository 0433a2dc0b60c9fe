import { readFileSync } from 'node:fs';

const CHECK_MS = 1_000;
const SHELLS = new Set(['sh', 'dash', 'bash', 'ash', 'busybox']);

/**
 * Tells when npm, which started this process, is gone: it passes signals on, but nobody tells us when npm itself is
 * killed. Does nothing in a process that npm did not start.
 */
export function watchNpm(onGone: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const before = starters();
  setInterval(() => {
    if (starters() !== before) onGone();
  }, CHECK_MS).unref();
}

/** The process that started us and, where that is a shell, the one that started it: a shell outlives its npm. */
function starters(): string {
  const parent = process.ppid;
  const status = readStatus(parent);
  return status !== null && SHELLS.has(status.name) ? `${parent} ${status.parent}` : String(parent);
}

/** @see proc_pid_stat(5): `pid (name) state ppid ...`; other systems than Linux have no such file */
function readStatus(pid: number): { readonly name: string; readonly parent: string } | null {
  try {
    const [, name, parent] = /^\d+ \((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return name === undefined || parent === undefined ? null : { name, parent };
  } catch {
    return null;
  }
}

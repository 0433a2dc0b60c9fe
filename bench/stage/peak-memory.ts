import { readFile } from 'node:fs/promises';
import { LeftOut } from '../figure.js';

/**
 * The most memory that a process has held so far, in MiB.
 * @throws LeftOut where the system does not tell
 */
export async function peakMemoryMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kibibytes === undefined)
    throw new LeftOut('this system has no /proc to tell the memory of a process by');
  return Number(kibibytes) / 1_024;
}

import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';

/** A command that ended badly. The message carries the end of what it printed. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

const TAIL_CHARACTERS = 2_000;

/**
 * Runs a command to its end and answers with what it printed.
 * @throws CommandFailed when it cannot be started or exits with anything but 0
 */
export async function run(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<string> {
  const child = spawn(command, [...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  return outputOf(child, command);
}

/** What a started child prints until its end; see {@link run} for the errors. Its output must be piped. */
export async function outputOf(child: ChildProcess, command: string): Promise<string> {
  let output = '';
  const keep = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  try {
    await once(child, 'close');
  } catch (error) {
    throw new CommandFailed(`${command} could not be started`, { cause: error });
  }
  if (child.exitCode !== 0) {
    throw new CommandFailed(
      `${command} ended with ${child.signalCode ?? `code ${child.exitCode ?? 'unknown'}`}: ${output.slice(-TAIL_CHARACTERS).trim()}`,
    );
  }
  return output;
}

/** Whether the child's process is gone. */
export function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Sends a signal and waits for the end; after `patienceMs` it is SIGKILL. Does nothing for a child that is gone. */
export async function end(child: ChildProcess, signal: NodeJS.Signals, patienceMs: number): Promise<void> {
  if (hasExited(child)) return;
  child.ref();
  const exited = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  child.kill(signal);
  await exited;
  clearTimeout(timer);
}

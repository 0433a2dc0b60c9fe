import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach } from '@jest/globals';

const CHECKOUT = resolve(import.meta.dirname, '../..');
const running = new Set<ChildProcess>();

// Whatever a test did, what it started ends with it, in the way in which an operator would end it.
afterEach(async () => {
  for (const child of running) {
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
  }
  running.clear();
});

/** A command of the project, as a stranger would run it. */
export interface RunningCommand {
  /** Lines on standard output so far. */
  readonly lines: readonly string[];
  /** @throws Error with everything it said, when it ends before it says a line like that */
  lineLike(pattern: RegExp): Promise<string>;
  /** Waits for its end. @returns its exit code */
  ended(): Promise<number | null>;
  /** Tells it to end. @returns its exit code */
  stop(): Promise<number | null>;
}

/**
 * Starts `node <entry> <args>` in the checkout, with these settings and none of the tests' own, except that its
 * simulators write their traffic down where ours do.
 */
export function startCommand(
  entry: string,
  args: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): RunningCommand {
  const child = spawn(process.execPath, [entry, ...args], {
    cwd: CHECKOUT,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      ROLLCALL_TEST_TRAFFIC_DIR: process.env['ROLLCALL_TEST_TRAFFIC_DIR'],
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const lines: string[] = [];
  const said: string[] = [];
  const listeners = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    said.push(line);
    for (const listener of listeners) listener();
  });
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line));
  const exit = new Promise<number | null>((done) => {
    child.once('close', (code) => {
      running.delete(child);
      done(code);
    });
  });
  return {
    lines,
    ended: () => exit,
    async stop() {
      child.kill('SIGTERM');
      return exit;
    },
    async lineLike(pattern) {
      const found = new Promise<string>((done) => {
        const look = (): void => {
          const line = lines.find((each) => pattern.test(each));
          if (line !== undefined) done(line);
        };
        listeners.add(look);
        look();
      });
      const failed = exit.then((code) => {
        throw new Error(`${entry} ended with ${String(code)}: ${said.slice(-20).join('\n')}`);
      });
      return Promise.race([found, failed]);
    },
  };
}

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach } from '@jest/globals';

const APPS = resolve(import.meta.dirname, '../../dist/apps');
const READY_WITHIN_MS = 20_000;

/** A real app in a process of its own, to be frozen and killed. */
export interface AppProcess {
  /** Everything it logged so far. */
  readonly lines: readonly string[];
  signal(signal: NodeJS.Signals): void;
  /** Ends it without a word. */
  kill(): Promise<void>;
  /** Ends it as an operator would. @returns its exit code */
  stop(): Promise<number | null>;
}

const running = new Set<ChildProcess>();

// No test leaves a worker behind, whatever it did to it: a frozen one has to be killed.
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});

/**
 * Starts an app from the compiled code, on a free port, and waits until it says that it is ready.
 * @throws Error with its last lines when it does not get there
 */
export async function startApp(
  app: 'worker' | 'admin-api',
  environment: Readonly<Record<string, string>>,
): Promise<AppProcess> {
  const entry = resolve(APPS, app, 'src/main.js');
  if (!existsSync(entry))
    throw new Error(`the ${app} is not built; run npm run build, or the tests by npm test`);
  const child = spawn(process.execPath, [entry], {
    env: {
      PATH: process.env['PATH'],
      ROLLCALL_WORKER_PORT: '0',
      ROLLCALL_PORT: '0',
      ROLLCALL_LOG_LEVEL: 'info',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const lines: string[] = [];
  const ready = new Promise<void>((done) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        if (/"msg":"(?:worker ready|admin api ready)"/.test(line)) done();
      });
    }
  });
  await untilReady(child, ready, lines);
  return {
    lines,
    signal: (signal) => void child.kill(signal),
    kill: () => end(child, 'SIGKILL').then(() => undefined),
    stop: () => end(child, 'SIGTERM'),
  };
}

async function untilReady(
  child: ChildProcess,
  ready: Promise<void>,
  lines: readonly string[],
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const failed = new Promise<never>((_, reject) => {
    const say = (what: string): void => {
      reject(new Error(`the app ${what}: ${lines.slice(-5).join('\n')}`));
    };
    timer = setTimeout(() => {
      say('was not ready in time');
    }, READY_WITHIN_MS);
    child.once('exit', () => {
      say('ended');
    });
  });
  await Promise.race([ready, failed]);
  clearTimeout(timer);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  running.delete(child);
  if (child.exitCode === null && child.signalCode === null) {
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }
  return child.exitCode;
}

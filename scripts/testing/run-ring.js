import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { clearInterval, setInterval } from 'node:timers';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * @typedef {{ passed: number, failed: number, skipped: string[], spentMs: number, complaints: string[] }} Outcome
 *   skipped: the full names of the tests that did not run; complaints: what is wrong besides failed tests
 */

const MAX_WORKERS = 4;
const EXIT_PATIENCE_MS = 15_000;
const KILL_PATIENCE_MS = 5_000;
const POLL_MS = 200;

/**
 * Runs one ring with Jest, in a process group of its own, of which nothing is left afterwards.
 * @param {import('./rings.js').Ring} ring
 * @param {{ root: string, scratch: string, jestArgs: readonly string[], env: Record<string, string>,
 *   envOf: (ring: import('./rings.js').Ring) => Record<string, string>, deadlineMs: number, isInterrupted: () => boolean, startGuard: () => { watch(pid: number): void, release(): Promise<void> } }} run
 *   scratch: a folder for Jest's answer; deadlineMs: by `performance.now()`, after which Jest is ended
 * @returns {Promise<Outcome>}
 */
export async function runRing(ring, run) {
  const answerPath = join(run.scratch, `${ring.name}.json`);
  const startedAt = performance.now();
  const env = { ...run.env, ...run.envOf(ring) };
  const complaint = await runJest(jestArguments(ring, run, answerPath), answerPath, { ...run, env });
  const answer = await readAnswer(answerPath);
  return {
    ...answer,
    spentMs: performance.now() - startedAt,
    complaints: [...answer.complaints, ...complaint],
  };
}

function jestArguments(ring, run, answerPath) {
  return [
    join('node_modules', 'jest', 'bin', 'jest.js'),
    ...ring.match.map((pattern) => `--testMatch=${pattern}`),
    `--maxWorkers=${Math.min(availableParallelism(), MAX_WORKERS)}`,
    '--passWithNoTests',
    '--json',
    `--outputFile=${answerPath}`,
    ...run.jestArgs,
  ];
}

/** @returns {Promise<string[]>} complaints */
async function runJest(args, answerPath, { root, env, deadlineMs, isInterrupted, startGuard }) {
  const guard = startGuard();
  const jest = spawn(process.execPath, args, {
    cwd: root,
    detached: true, // a group of its own: what a test leaves running can be found and ended
    stdio: ['ignore', 'ignore', 'inherit'], // Jest reports on standard error; its answer goes to the file
    env: { ...process.env, ...env, NODE_OPTIONS: nodeOptions() },
  });
  guard.watch(jest.pid);
  const exited = once(jest, 'exit');
  const reason = await watch(jest, answerPath, { deadlineMs, isInterrupted });
  const left = await endGroup(jest.pid, reason !== null);
  await exited;
  await guard.release();
  if (reason !== null) return [reason];
  return left ? ['processes that tests had started were still running'] : [];
}

function nodeOptions() {
  return [process.env['NODE_OPTIONS'], '--experimental-vm-modules', '--disable-warning=ExperimentalWarning']
    .filter(Boolean)
    .join(' ');
}

/** Waits for Jest's end. @returns {Promise<string | null>} why it has to be ended, `null` when it ended itself */
async function watch(jest, answerPath, { deadlineMs, isInterrupted }) {
  let answeredAt = null;
  return new Promise((settle) => {
    const timer = setInterval(() => {
      if (answeredAt === null && existsSync(answerPath)) answeredAt = performance.now();
      if (isInterrupted()) finish('interrupted');
      else if (performance.now() > deadlineMs) finish('ran out of time and was ended');
      else if (answeredAt !== null && performance.now() - answeredAt > EXIT_PATIENCE_MS) {
        finish('Jest did not exit: a test left something open');
      }
    }, POLL_MS);
    const finish = (reason) => {
      clearInterval(timer);
      settle(reason);
    };
    jest.once('exit', () => finish(null));
  });
}

/** @returns {Promise<boolean>} whether anything was left in the group */
async function endGroup(leader, wasAsked) {
  if (!signalGroup(leader, wasAsked ? 'SIGTERM' : 0)) return false;
  // Jest's own workers take a moment to follow it.
  if (!wasAsked && (await isGoneWithin(leader, 1_000))) return false;
  signalGroup(leader, 'SIGTERM');
  if (!(await isGoneWithin(leader, KILL_PATIENCE_MS))) signalGroup(leader, 'SIGKILL');
  return true;
}

async function isGoneWithin(leader, patienceMs) {
  const giveUpAt = performance.now() + patienceMs;
  while (performance.now() < giveUpAt) {
    if (!signalGroup(leader, 0)) return true;
    await delay(50);
  }
  return false;
}

function signalGroup(leader, signal) {
  try {
    process.kill(-leader, signal);
    return true;
  } catch (error) {
    if (error.code === 'ESRCH') return false;
    throw error;
  }
}

async function readAnswer(path) {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return { passed: 0, failed: 0, skipped: [], complaints: ['Jest gave no answer'] };
  const answer = JSON.parse(text);
  const tests = answer.testResults.flatMap((file) => file.assertionResults);
  return {
    passed: answer.numPassedTests,
    // A file that cannot even be loaded is a failure that holds no test.
    failed: answer.numFailedTests + answer.numRuntimeErrorTestSuites,
    skipped: tests
      .filter((test) => test.status === 'pending' || test.status === 'todo')
      .map((test) => test.fullName),
    complaints: [],
  };
}

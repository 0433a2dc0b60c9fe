import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CommandFailed, end, hasExited, run } from './child.js';
import { onFreePort, PortTaken } from './free-port.js';
import { startGuard } from './guard.js';
import { temporaryFolder } from './temporary-folder.js';

/** A Redis of one's own on a loopback port. It keeps nothing on disk: a start after a kill finds it empty. */
export interface RunningRedis {
  /** The port stays the same over `kill` and `start`. */
  readonly url: string;
  /** Ends the server without a word to its clients. */
  kill(): Promise<void>;
  /** Starts a killed server again, empty. */
  start(): Promise<void>;
  /** Freezes the server: connections stay open and nothing answers. */
  pause(): void;
  resume(): void;
  /** Ends the server, paused or not, and removes its folder. */
  stop(): Promise<void>;
}

const STOP_PATIENCE_MS = 2_000;
const START_PATIENCE_MS = 10_000;
const POLL_MS = 15;

/** The redis-server on PATH, or `null`. */
export async function findRedisServer(): Promise<string | null> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, 'redis-server');
    if (folder !== '' && (await isExecutable(path))) return path;
  }
  return null;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Installs redis-server with apt-get; needs root on a Debian. Its system service is not started.
 * @throws CommandFailed when there is no apt-get or it fails
 */
export async function installRedisServer(): Promise<void> {
  // invoke-rc.d starts no service in run level 1.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const install = ['install', '-y', '-q', '--no-install-recommends', 'redis-server'];
  try {
    await run('apt-get', install, { env });
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    await run('apt-get', ['update', '-q'], { env }); // a fresh machine has no package lists
    await run('apt-get', install, { env });
  }
}

/**
 * Starts a private Redis that refuses writes rather than evict, as BullMQ needs it. It ends with this process.
 * @throws Error when there is no redis-server on PATH or it does not start
 */
export async function startRedis(): Promise<RunningRedis> {
  const binary = await findRedisServer();
  if (binary === null) throw new Error('there is no redis-server on PATH');
  const folder = await temporaryFolder('rollcall-redis-', null);
  const guard = startGuard(folder);
  const discard = async (): Promise<void> => {
    await rm(folder, { recursive: true, force: true });
    await guard.release();
  };
  const launch = async (port: number): Promise<ChildProcess> => {
    const server = spawn(binary, redisArguments(folder, port), {
      cwd: folder,
      detached: true,
      stdio: 'ignore',
    });
    server.unref();
    if (server.pid !== undefined) guard.watch(server.pid);
    await untilReady(server, port);
    return server;
  };
  try {
    return await onFreePort(async (port) => handleOf(await launch(port), port, { launch, discard }));
  } catch (error) {
    await discard();
    throw error;
  }
}

interface Hands {
  readonly launch: (port: number) => Promise<ChildProcess>;
  readonly discard: () => Promise<void>;
}

function handleOf(started: ChildProcess, port: number, hands: Hands): RunningRedis {
  let server = started;
  return {
    url: `redis://127.0.0.1:${port}`,
    kill: () => end(server, 'SIGKILL', STOP_PATIENCE_MS),
    async start() {
      if (hasExited(server)) server = await hands.launch(port);
    },
    pause: () => void server.kill('SIGSTOP'),
    resume: () => void server.kill('SIGCONT'),
    async stop() {
      // Nothing is kept, so there is nothing to shut down in order; a paused server hears no other signal.
      await end(server, 'SIGKILL', STOP_PATIENCE_MS);
      await hands.discard();
    },
  };
}

function redisArguments(folder: string, port: number): string[] {
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir: folder,
    save: '',
    appendonly: 'no',
    'maxmemory-policy': 'noeviction',
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

async function untilReady(server: ChildProcess, port: number): Promise<void> {
  const giveUpAt = performance.now() + START_PATIENCE_MS;
  while (performance.now() < giveUpAt) {
    if (hasExited(server) || server.pid === undefined)
      throw new PortTaken(`redis-server did not start on ${port}`);
    if (await answersWith(port, server.pid)) return;
    await delay(POLL_MS);
  }
  await end(server, 'SIGKILL', STOP_PATIENCE_MS);
  throw new Error(`redis-server did not answer on ${port}`);
}

/** Asks for the process id: another Redis that took the port would answer just as well. */
async function answersWith(port: number, pid: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    socket.write('INFO server\r\nQUIT\r\n');
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    return answer.includes(`process_id:${pid}\r\n`);
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

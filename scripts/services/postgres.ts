import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { unprivilegedAccount, type Account } from './account.js';
import { end, hasExited, outputOf } from './child.js';
import { onFreePort, PortTaken } from './free-port.js';
import { startGuard, type Guard } from './guard.js';
import { preparePostgresBinaries, type PostgresBinaries } from './postgres-binaries.js';
import { postgresSettings } from './postgres-settings.js';
import { temporaryFolder } from './temporary-folder.js';

/** How an embedded Postgres is to run. */
export interface PostgresOptions {
  /** Whether an answered commit survives a crash of the machine. `false` is for tests: it is faster. */
  readonly durable: boolean;
  /** As root: the users to run as, the first that is there; else one is created. (Default: `postgres`) */
  readonly accounts?: readonly string[];
}

/** A Postgres of one's own on a loopback port, with its data in a fresh temporary folder. */
export interface RunningPostgres {
  /** A superuser's URL, with the password; the port stays the same over `kill` and `start`. */
  readonly url: string;
  /** Crashes the server: connections break and nothing is written any more. Its data stays. */
  kill(): Promise<void>;
  /** Starts a killed server again, on the same data and port. */
  start(): Promise<void>;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

/** Everything about one cluster that does not change while it is up or down. */
interface Cluster {
  readonly folder: string;
  readonly account: Account | null;
  readonly binaries: PostgresBinaries;
  readonly password: string;
  readonly guard: Guard;
  readonly durable: boolean;
}

const USER = 'rollcall';
const STOP_PATIENCE_MS = 5_000;
const START_PATIENCE_MS = 60_000;
const POLL_MS = 15;

/**
 * Starts an embedded Postgres. It ends with this process, however that ends, and leaves no folder behind.
 * @throws CommandFailed or Error with the end of the server's log when it cannot start
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const account = await unprivilegedAccount(options.accounts);
  const folder = await temporaryFolder('rollcall-postgres-', account);
  const guard = startGuard(folder);
  try {
    const binaries = await preparePostgresBinaries(folder, account);
    const password = randomBytes(16).toString('hex');
    const cluster = { folder, account, binaries, password, guard, durable: options.durable };
    await initialise(cluster);
    return await onFreePort((port) => serve(cluster, port));
  } catch (error) {
    await discard(folder, guard);
    throw error;
  }
}

async function serve(cluster: Cluster, port: number): Promise<RunningPostgres> {
  let server = await startServer(cluster, port);
  return {
    url: `postgres://${USER}:${cluster.password}@127.0.0.1:${port}/postgres`,
    kill: () => end(server, 'SIGQUIT', STOP_PATIENCE_MS),
    async start() {
      if (hasExited(server)) server = await startServer(cluster, port);
    },
    async stop() {
      // The data goes with the server, so there is no point in an orderly shutdown.
      await end(server, 'SIGQUIT', STOP_PATIENCE_MS);
      await discard(cluster.folder, cluster.guard);
    },
  };
}

async function discard(folder: string, guard: Guard): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  await guard.release();
}

/** One collation and encoding everywhere, whatever the machine's locale: tests and demo sort alike. */
async function initialise(cluster: Cluster): Promise<void> {
  const passwordFile = join(cluster.folder, 'password');
  await writeFile(passwordFile, cluster.password, { mode: 0o600 });
  if (cluster.account !== null) await chown(passwordFile, cluster.account.uid, cluster.account.gid);
  const args = [
    `--pgdata=${join(cluster.folder, 'data')}`,
    `--username=${USER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-sync',
    '--no-instructions',
    // The password is random; hashing it thousands of times at every connection would protect nothing.
    '--set=scram_iterations=1',
  ];
  const child = spawn(cluster.binaries.initdb, args, spawnOptions(cluster, ['ignore', 'pipe', 'pipe']));
  if (child.pid !== undefined) cluster.guard.watch(child.pid);
  await outputOf(child, 'initdb');
  await rm(passwordFile);
}

async function startServer(cluster: Cluster, port: number): Promise<ChildProcess> {
  const logPath = join(cluster.folder, 'server.log');
  // A file, not a pipe: a backend must never block because this process is too busy to read its log.
  const log = await open(logPath, 'w');
  const args = ['-D', join(cluster.folder, 'data'), ...postgresSettings(port, cluster.durable)];
  const server = spawn(cluster.binaries.postgres, args, spawnOptions(cluster, ['ignore', log.fd, log.fd]));
  await log.close();
  if (server.pid !== undefined) cluster.guard.watch(server.pid);
  server.on('error', () => undefined); // seen as a server that is gone
  server.unref();
  await untilReady(server, cluster.folder);
  return server;
}

function spawnOptions(cluster: Cluster, stdio: ['ignore', 'pipe' | number, 'pipe' | number]) {
  const identity = cluster.account === null ? {} : { uid: cluster.account.uid, gid: cluster.account.gid };
  return {
    ...identity,
    cwd: cluster.folder,
    detached: true, // Ctrl-C in the terminal is for us: the database ends last
    stdio,
    // Nothing of our environment: PGPORT, PGDATA or LC_ALL would change what is started.
    env: {
      PATH: '/usr/bin:/bin',
      LC_ALL: 'C',
      LD_LIBRARY_PATH: cluster.binaries.libraryPath,
      DYLD_LIBRARY_PATH: cluster.binaries.libraryPath,
    },
  };
}

/** The server writes its state on the eighth line of its pid file; a file left by a crashed one has another pid. */
async function untilReady(server: ChildProcess, folder: string): Promise<void> {
  const giveUpAt = performance.now() + START_PATIENCE_MS;
  while (performance.now() < giveUpAt) {
    const lines = (await readFile(join(folder, 'data', 'postmaster.pid'), 'utf8').catch(() => '')).split(
      '\n',
    );
    if (lines[0] === String(server.pid) && lines[7]?.trim() === 'ready') return;
    if (server.pid === undefined || hasExited(server)) throw await startFailure(folder);
    await delay(POLL_MS);
  }
  await end(server, 'SIGQUIT', STOP_PATIENCE_MS);
  throw await startFailure(folder);
}

async function startFailure(folder: string): Promise<Error> {
  const log = await readFile(join(folder, 'server.log'), 'utf8').catch(() => '');
  const message = `Postgres did not start: ${log.slice(-2_000).trim()}`;
  return /could not bind/i.test(log) ? new PortTaken(message) : new Error(message);
}

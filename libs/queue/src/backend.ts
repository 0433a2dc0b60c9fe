import {
  createPostgresBackend,
  DEFAULT_SCHEMA,
  Queue,
  runMigrations,
  Worker,
  type JobsOptions,
  type PostgresConnectionOptions,
  type Processor,
} from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { DoorbellJob } from './doorbell.js';

/** Where the queue keeps its jobs. */
export interface QueueSettings {
  /** With a Redis, BullMQ runs on it; without, on its own PostgreSQL backend in the service's database. */
  readonly redisUrl: string | null;
  readonly databaseUrl: string;
  /** Sets the queues of several deployments on one Redis apart. */
  readonly prefix: string;
  /** Every connection's errors end here; without a listener the loss of one would end the process. */
  readonly onError: (error: Error) => void;
}

/** What this library needs of a BullMQ queue, whatever its backend. */
export interface BellQueue {
  add(name: string, data: DoorbellJob, options: JobsOptions): Promise<unknown>;
  getCountsPerPriority(priorities: number[]): Promise<Record<string, number>>;
  close(): Promise<void>;
}

/** What this library needs of a BullMQ worker. */
export interface BellWorker {
  close(force?: boolean): Promise<void>;
}

export interface WorkerShape {
  readonly concurrency: number;
  readonly process: Processor<unknown, void>;
}

/** One backend: makes queues and workers that share its connections. */
export interface QueueBackend {
  readonly kind: 'redis' | 'postgres';
  openQueue(name: string): BellQueue;
  openWorker(name: string, shape: WorkerShape): BellWorker;
  /** Whether a command could be sent at once. Without that a queue keeps what it is given until it can. */
  isConnected(): boolean;
  /** Whether commands are answered now. Never waits longer than `timeoutMs`. */
  isReachable(timeoutMs: number): Promise<boolean>;
  /** Ends the shared connections, at once; call it after the queues and workers are closed. */
  close(): Promise<void>;
}

const JOBS: JobsOptions = { attempts: 1, removeOnComplete: true, removeOnFail: { count: 100 } };
const RECONNECT_AT_MOST_MS = 1_000;
const EVENTS_KEPT = 100;
const CONNECT_TIMEOUT_MS = 2_000;
const POSTGRES_CONNECTIONS = 16;

/** Opens the backend that the settings ask for. */
export async function openBackend(settings: QueueSettings): Promise<QueueBackend> {
  return settings.redisUrl === null ? openPostgres(settings) : openRedis(settings, settings.redisUrl);
}

// BullMQ's own strategy waits up to 20 s between attempts, and so long after Redis is back nothing would run.
function retryStrategy(times: number): number {
  return Math.min(50 * 2 ** Math.min(times, 10), RECONNECT_AT_MOST_MS);
}

function openRedis(settings: QueueSettings, url: string): QueueBackend {
  const shared = { retryStrategy, connectTimeout: CONNECT_TIMEOUT_MS, protocol: 2 as const };
  // A producer fails at once while Redis is away: nobody waits for a bell.
  const producer = new Redis(url, { ...shared, maxRetriesPerRequest: 1, enableOfflineQueue: false });
  const consumer = new Redis(url, { ...shared, maxRetriesPerRequest: null });
  for (const connection of [producer, consumer]) connection.on('error', settings.onError);
  const { prefix, onError } = settings;
  return {
    kind: 'redis',
    openQueue(name) {
      const options = {
        connection: producer,
        prefix,
        defaultJobOptions: JOBS,
        streams: { events: { maxLen: EVENTS_KEPT } },
      };
      const queue = new Queue<DoorbellJob>(name, options);
      queue.on('error', onError);
      return queue;
    },
    openWorker(name, { concurrency, process }) {
      const worker = new Worker<unknown, void>(name, process, { connection: consumer, prefix, concurrency });
      worker.on('error', onError);
      return worker;
    },
    isConnected: () => producer.status === 'ready',
    isReachable: (timeoutMs) => within(timeoutMs, producer.ping()),
    close() {
      producer.disconnect();
      consumer.disconnect();
      return Promise.resolve();
    },
  };
}

async function openPostgres(settings: QueueSettings): Promise<QueueBackend> {
  const pool = new pg.Pool({
    connectionString: settings.databaseUrl,
    max: POSTGRES_CONNECTIONS,
    application_name: 'rollcall-queue',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // A pool of ours is used as it is: BullMQ's unqualified names have to find its schema.
    options: `-c search_path=${DEFAULT_SCHEMA}`,
  });
  pool.on('error', settings.onError);
  // Every queue and worker of BullMQ listens too: with more than four providers Node would warn of a leak that is none.
  pool.setMaxListeners(0);
  await migrate(pool);
  const { onError } = settings;
  // BullMQ describes a pool by hand, more narrowly than pg's own types; any pg.Pool is what it means.
  const connection = pool as unknown as PostgresConnectionOptions;
  return {
    kind: 'postgres',
    openQueue(name) {
      const queue = new Queue(name, { connection, defaultJobOptions: JOBS }, createPostgresBackend);
      queue.on('error', onError);
      return queue;
    },
    openWorker(name, { concurrency, process }) {
      const worker = new Worker(name, process, { connection, concurrency }, createPostgresBackend);
      worker.on('error', onError);
      return worker;
    },
    isConnected: () => true,
    isReachable: (timeoutMs) => within(timeoutMs, pool.query('SELECT 1')),
    close: () => pool.end(),
  };
}

/** BullMQ's own tables, in their own schema; a no-op when they are there, and safe when several processes start at once. */
async function migrate(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await runMigrations(client);
  } finally {
    client.release();
  }
}

/** Whether something comes to a good end in time. */
async function within(timeoutMs: number, answer: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<false>((resolve) => {
    timer = setTimeout(() => {
      resolve(false);
    }, timeoutMs);
  });
  const good = answer.then(
    () => true,
    () => false,
  );
  return Promise.race([good, timeout]).finally(() => {
    clearTimeout(timer);
  });
}

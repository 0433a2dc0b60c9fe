import { randomBytes } from 'node:crypto';
import { migrate } from '#store';
import { startPostgres } from '../services/postgres.js';
import { partEnvironment, type Environment } from './environment.js';
import { NODE_FLAGS } from './node-flags.js';
import type { Part } from './part.js';
import { ownQueuePrefix } from './queue-prefix.js';
import { startServing } from './serving.js';
import { startSimulators } from './simulators.js';
import type { Teardown } from './teardown.js';
import { aimWebhook } from './webhook.js';

/** The whole service on this machine, with simulators in the place of the four providers. */
export interface Stack {
  readonly adminUrl: string;
  readonly adminKey: string;
  readonly workerUrl: string;
  /** Where the simulators are asked what they hold. */
  readonly simulatorsUrl: string;
  readonly databaseUrl: string;
  /** `null`: the queue lives in Postgres. */
  readonly redisUrl: string | null;
  /** Rejects when a process of the stack ends by itself; never resolves. */
  failure(): Promise<never>;
  /** An error with the last lines that every process logged. */
  explain(sentence: string): Promise<Error>;
}

/** How a stack is started. */
export interface StackOptions {
  /** The settings given, usually the environment of this process; passed on to the admin API and the worker. */
  readonly environment: Environment;
  /** Told one line before each thing that takes a moment. (Default: nobody) */
  readonly say?: (line: string) => void;
}

/**
 * Starts Postgres (unless DATABASE_URL names one), migrates it, and starts the simulators, the admin API and the worker.
 * Everything that was started is closed by `teardown`, also after a failure, and ends if this process is killed.
 * @throws Error with the last log lines of what did not start
 */
export async function startStack(options: StackOptions, teardown: Teardown): Promise<Stack> {
  const { environment: given, say = () => undefined } = options;
  say('starting Postgres');
  const databaseUrl = await openDatabase(given, teardown);
  await migrate(databaseUrl);
  say('starting the simulators of the four providers');
  const simulators = await startSimulators(given, teardown);
  const adminKey = textOf(given, 'ROLLCALL_ADMIN_KEY') ?? randomBytes(24).toString('base64url');
  const webhookSecret = randomBytes(24).toString('base64url');
  const environment = partEnvironment(given, {
    ...simulators.environment,
    SUNSHINE_WEBHOOK_SECRET: webhookSecret,
    DATABASE_URL: databaseUrl,
    ROLLCALL_ADMIN_KEY: adminKey,
    ...(await queueSettings(given, teardown)),
  });
  say('starting the admin API and the worker');
  // One after the other: both write the providers down at their first start.
  const adminApi = await startServing(
    {
      name: 'admin-api',
      entry: 'apps/admin-api/src/main.js',
      nodeFlags: NODE_FLAGS['admin-api'],
      portSetting: 'ROLLCALL_PORT',
      environment,
    },
    teardown,
  );
  const target = `${adminApi.url}/v1/webhooks/sunshine`;
  await aimWebhook(simulators.controlUrl, { target, secret: webhookSecret });
  const worker = await startServing(
    {
      name: 'worker',
      entry: 'apps/worker/src/main.js',
      nodeFlags: NODE_FLAGS.worker,
      portSetting: 'ROLLCALL_WORKER_PORT',
      environment,
    },
    teardown,
  );
  return {
    adminUrl: adminApi.url,
    adminKey,
    workerUrl: worker.url,
    simulatorsUrl: simulators.controlUrl,
    databaseUrl,
    redisUrl: textOf(given, 'REDIS_URL'),
    ...watch([adminApi.part, worker.part, simulators.part]),
  };
}

async function openDatabase(given: Environment, teardown: Teardown): Promise<string> {
  const own = textOf(given, 'DATABASE_URL');
  if (own !== null) return own;
  const postgres = await startPostgres({ durable: true });
  await teardown.add(() => postgres.stop());
  return postgres.url;
}

async function queueSettings(given: Environment, teardown: Teardown): Promise<Environment> {
  const redisUrl = textOf(given, 'REDIS_URL');
  if (redisUrl === null || textOf(given, 'ROLLCALL_QUEUE_PREFIX') !== null) return {};
  return { ROLLCALL_QUEUE_PREFIX: await ownQueuePrefix(redisUrl, teardown) };
}

function watch(parts: readonly Part[]): Pick<Stack, 'failure' | 'explain'> {
  return {
    failure: () => Promise.race(parts.map((part) => part.failure())),
    async explain(sentence) {
      const tails = await Promise.all(parts.map((part) => part.explain(part.name)));
      return new Error([sentence, ...tails.map(({ message }) => message)].join('\n'));
    },
  };
}

function textOf(given: Environment, name: string): string | null {
  const text = given[name];
  return text === undefined || text === '' ? null : text;
}

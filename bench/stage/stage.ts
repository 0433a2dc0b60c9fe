import { availableParallelism } from 'node:os';
import { newId } from '#observability';
import { migrate, openDatabase, openRoster, type Database, type Roster } from '#store';
import { partEnvironment, type Environment } from '../../scripts/stack/environment.js';
import { startServing } from '../../scripts/stack/serving.js';
import { startSimulators } from '../../scripts/stack/simulators.js';
import type { Teardown } from '../../scripts/stack/teardown.js';
import { startPostgres } from '../../scripts/services/postgres.js';
import { PROVIDERS, SimulatorControl, type Provider } from './simulators.js';

/** Calls that a worker and whoever it is set against may have in flight at one provider: the default of the settings. */
export const CONCURRENCY = 32;

/** What is printed while it goes on. */
export type Say = (line: string) => void;

/** Everything that figures are measured on: a durable Postgres, the simulators in a process of their own, and a roster. */
export interface Stage {
  readonly say: Say;
  readonly databaseUrl: string;
  readonly database: Database;
  readonly roster: Roster;
  readonly simulators: SimulatorControl;
  /** The settings that point an app at all this. */
  readonly environment: Readonly<Record<string, string>>;
  /** Base URLs of the providers. */
  readonly urls: Readonly<Record<Provider, string>>;
  readonly teardown: Teardown;
}

/** Opens a stage; everything that was started is closed by the teardown. */
export async function openStage(say: Say, teardown: Teardown): Promise<Stage> {
  say(`starting Postgres and the simulators on ${availableParallelism()} cores`);
  const postgres = await startPostgres({ durable: true });
  await teardown.add(() => postgres.stop());
  await migrate(postgres.url);
  const simulators = await startSimulators({}, teardown);
  const database = openDatabase({
    url: postgres.url,
    poolSize: 10,
    applicationName: 'rollcall-bench',
    statementTimeoutMs: 600_000,
    onPoolError: () => undefined,
  });
  await teardown.add(() => database.close());
  const roster = await openRoster(database, newId);
  return {
    say,
    databaseUrl: postgres.url,
    database,
    roster,
    simulators: new SimulatorControl(simulators.controlUrl),
    environment: { ...simulators.environment, DATABASE_URL: postgres.url },
    urls: urlsIn(simulators.environment),
    teardown,
  };
}

function urlsIn(environment: Readonly<Record<string, string>>): Readonly<Record<Provider, string>> {
  const of = (provider: Provider): string => {
    const url = environment[`${provider.toUpperCase()}_BASE_URL`];
    if (url === undefined) throw new Error(`the simulators do not say where ${provider} is`);
    return url;
  };
  return {
    vault: of('vault'),
    sunshine: of('sunshine'),
    passage: of('passage'),
    sendauth: of('sendauth'),
  };
}

/** An app of the product in a process of its own. */
export interface App {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts an app as it is started in production, with these settings beside the stage's. */
export async function startApp(
  { environment, teardown }: Pick<Stage, 'environment' | 'teardown'>,
  app: 'worker' | 'admin-api',
  settings: Environment = {},
): Promise<App> {
  const { part, url } = await startServing(
    {
      name: `bench-${app}`,
      entry: `apps/${app}/src/main.js`,
      portSetting: app === 'worker' ? 'ROLLCALL_WORKER_PORT' : 'ROLLCALL_PORT',
      environment: partEnvironment(
        { PATH: '/usr/bin:/bin' },
        { ...environment, ROLLCALL_LOG_LEVEL: 'warn', ...settings },
      ),
    },
    teardown,
  );
  return { url, pid: part.pid, stop: () => part.stop() };
}

/** Nobody on the roster, nobody at the providers, and nothing remembered of either. */
export async function clear({ database, simulators }: Stage): Promise<void> {
  await database.sql(
    `TRUNCATE users, links, intents, audit, audit_values, findings, plan_steps, plans, runs, receipts, erasures,
       webhook_events RESTART IDENTITY CASCADE`,
  );
  await database.sql('UPDATE providers SET first_synced_at = NULL');
  await database.sql(`UPDATE budgets SET spent = '{}', linked = NULL, counted_at = NULL`);
  for (const provider of PROVIDERS) await simulators.reset(provider);
}

/** Keeps every worker from a provider until it is opened. */
export async function halt({ database }: Stage): Promise<void> {
  await database.sql(
    `UPDATE providers SET halt_scope = 'all', halt_reason = 'bench', halted_at = now(), probe_at = now() + interval '1 day'`,
  );
}

/** Lets the workers at one provider; they notice with their next tick. */
export async function open({ database }: Stage, provider: Provider): Promise<void> {
  await database.sql(
    `UPDATE providers SET halt_scope = NULL, halt_reason = NULL, halted_at = NULL, probe_at = NULL WHERE slug = $1`,
    [provider],
  );
}

const LOOK_EVERY_MS = 500;

/** Waits until nothing is due. @throws Error when something still is after `withinMs` */
export async function untilSettled(
  { database }: Stage,
  providers: readonly Provider[] = PROVIDERS,
  withinMs = 300_000,
): Promise<void> {
  const endMs = Date.now() + withinMs;
  for (;;) {
    const [due] = await database.sql(
      `SELECT 1 FROM links WHERE provider = ANY($1::text[]) AND wanted > handled LIMIT 1`,
      [providers],
    );
    if (due === undefined) return;
    if (Date.now() > endMs) throw new Error(`still due after ${withinMs} ms at ${providers.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

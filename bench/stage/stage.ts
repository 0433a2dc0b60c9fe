import { availableParallelism } from 'node:os';
import { newId } from '#observability';
import { migrate, openDatabase, openRoster, type Database, type Roster } from '#store';
import { startSimulators } from '../../scripts/stack/simulators.js';
import type { Teardown } from '../../scripts/stack/teardown.js';
import { startPostgres } from '../../scripts/services/postgres.js';
import type { App } from './app.js';
import { SimulatorControl, type Provider } from './simulators.js';

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
  /** Those that run. */
  readonly apps: Set<App>;
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
    apps: new Set(),
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

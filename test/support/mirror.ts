import {
  startSimulators,
  type HeldAccount,
  type ProviderName,
  type Simulators,
} from '../../apps/simulators/src/index.js';
import { readProviderInstances } from '#config';
import type { Allowance, RunMode } from '#domain';
import { ProviderRegistry, type ProviderFactory } from '#identity-provider';
import { createLogger, newId, systemClock, type LogLevel } from '#observability';
import { passageFactory } from '#providers/passage';
import { sendauthFactory } from '#providers/sendauth';
import { sunshineFactory } from '#providers/sunshine';
import { vaultFactory } from '#providers/vault';
import {
  keep,
  ProviderPump,
  ProviderRoom,
  Sweeper,
  type EngineSettings,
  type SinksByMode,
} from '#reconciler';
import {
  askForRuns,
  findRun,
  markLinks,
  openDatabase,
  openRoster,
  syncProviders,
  upkeep,
  type Database,
  type Roster,
  type Run,
} from '#store';
import { createTestDatabase, type TestDatabase } from './database.js';
import { trafficWitness } from './traffic.js';

export { interposed } from './interposed.js';

const FACTORIES: readonly ProviderFactory[] = [
  vaultFactory,
  sunshineFactory,
  passageFactory,
  sendauthFactory,
];

/** Most tests move everybody there is; those that are about the budgets give their own. */
const NO_LIMIT: Allowance = { atLeast: 0, percent: 100 };

/** What a deployment starts with. */
const RETENTION_DAYS = 30;

/** Short enough for tests, in the proportions of production. */
const TEST_ENGINE: EngineSettings = {
  leaseMs: 4_000,
  callTimeoutMs: 1_000,
  batchSize: 200,
  coalesceMs: 20,
  lateArrivalMs: 300,
  allowances: { suspend: NO_LIMIT, remove: NO_LIMIT, overwrite: NO_LIMIT, create: NO_LIMIT },
};

/** One worker's engine without its clockwork: it works when told to. */
export class TestWorker {
  readonly rooms: readonly ProviderRoom[];
  /** Days after which deleted users are purged; `null` keeps them. */
  retentionDays: number | null = RETENTION_DAYS;
  private readonly pumps: readonly ProviderPump[];
  private readonly stopping = new AbortController();

  constructor(
    readonly roster: Roster,
    registry: ProviderRegistry,
    private readonly settings: EngineSettings,
    logLevel: LogLevel,
  ) {
    const engine = {
      database: roster.database,
      hashKey: roster.hashKey,
      settings,
      clock: systemClock,
      random: Math.random,
      newId,
      log: createLogger({ level: logLevel, name: 'test-worker' }),
    };
    this.rooms = registry.all().map((instance) => new ProviderRoom(instance, engine));
    this.pumps = this.rooms.map((room) => new ProviderPump(room));
  }

  room(slug: string): ProviderRoom {
    const room = this.rooms.find((one) => one.instance.slug === slug);
    if (room === undefined) throw new Error(`no room ${slug}`);
    return room;
  }

  /** One tick, and everything that is due now. */
  async pass(forMs = 20_000): Promise<void> {
    const retention = { days: this.retentionDays, remove: this.settings.allowances.remove };
    await upkeep(this.roster, { now: new Date(), retention });
    await keep(this.rooms, this.stopping.signal);
    await Promise.all(this.rooms.flatMap((room) => room.probing ?? []));
    const due = await keep(this.rooms, this.stopping.signal);
    const busy = this.pumps.filter((_, index) =>
      due.some((work) => work.provider === this.rooms[index]?.instance.slug),
    );
    await Promise.all(
      busy.map((pump) => pump.run({ maxLane: 3, userIds: [], forMs, signal: this.stopping.signal })),
    );
  }

  /**
   * Asks for runs and makes them, without mirroring what they make due.
   * @returns the runs as they ended, in the order of the providers
   */
  async sweep(
    mode: RunMode,
    providers: readonly string[] = this.rooms.map((room) => room.instance.slug),
    more: { readonly userIds?: readonly string[]; readonly sinks?: SinksByMode } = {},
  ): Promise<Run[]> {
    const { userIds, sinks } = more;
    const asked = { mode, trigger: 'request', requestedBy: 'test', userIds } as const;
    const runs = await askForRuns(this.roster, { providers, ...asked });
    await keep(this.rooms, this.stopping.signal);
    await this.takeRuns(sinks);
    const ended = await Promise.all(runs.map(({ id }) => findRun(this.roster, id)));
    return ended.filter((run) => run !== null);
  }

  /** Makes the runs that wait, or whose worker was lost, until there is none. */
  async takeRuns(sinks?: SinksByMode): Promise<void> {
    const { rooms, roster, stopping } = this;
    const parts = { rooms, roster, stopping: stopping.signal };
    const sweeper = new Sweeper(sinks === undefined ? parts : { ...parts, sinks });
    sweeper.wake();
    await sweeper.idle();
  }

  /** Starts no new call from now on, like a worker that was told to end. */
  stop(): void {
    this.stopping.abort();
  }
}

export interface Mirror {
  readonly simulators: Simulators;
  readonly database: Database;
  readonly databaseUrl: string;
  readonly roster: Roster;
  readonly registry: ProviderRegistry;
  readonly worker: TestWorker;
  /** Another worker on the same database. */
  hire(settings?: Partial<EngineSettings>, database?: Database): TestWorker;
  /** Works until nothing is due anywhere. Throws, saying what is left, after `withinMs`. */
  converge(withinMs?: number): Promise<void>;
  /** What a simulator holds: the oracle. */
  accounts(name: ProviderName): HeldAccount[];
  close(): Promise<void>;
}

export interface MirrorOptions {
  /** (Default: all four) */
  readonly providers?: readonly ProviderName[];
  readonly engine?: Partial<EngineSettings>;
  /** Instances beside those that are named like their kind. */
  readonly named?: readonly { readonly slug: string; readonly kind: ProviderName }[];
  /** Further settings of the instances, as environment variables. */
  readonly environment?: Readonly<Record<string, string>>;
  /** (Default: silent) */
  readonly logLevel?: LogLevel;
}

/** A whole mirror on real sockets and a real database, with an engine that works when the test says so. */
export async function openMirror(options: MirrorOptions = {}): Promise<Mirror> {
  const [testDatabase, simulators] = await Promise.all([
    createTestDatabase(),
    startSimulators({ witness: trafficWitness() }),
  ]);
  const engine: EngineSettings = { ...TEST_ENGINE, ...options.engine };
  const wanted = options.providers ?? ['vault', 'sunshine', 'passage', 'sendauth'];
  const registry = new ProviderRegistry(
    readProviderInstances(
      { ...simulators.environment, ...options.environment },
      FACTORIES.filter((factory) => wanted.some((kind) => kind === factory.kind)),
      {
        providers: [...(options.named ?? [])],
        callTimeoutMs: engine.callTimeoutMs,
        allowHttpProviders: true,
      },
    ),
  );
  const database = openDatabase({
    url: testDatabase.url,
    poolSize: 10,
    applicationName: 'test',
    onPoolError: () => undefined,
  });
  const roster = await openRoster(database, newId);
  await syncProviders(database, registry.all());
  const hire = (settings: Partial<EngineSettings> = {}, through = database): TestWorker =>
    new TestWorker(
      { ...roster, database: through },
      registry,
      { ...engine, ...settings },
      options.logLevel ?? 'silent',
    );
  const worker = hire();
  return {
    simulators,
    database,
    databaseUrl: testDatabase.url,
    roster,
    registry,
    worker,
    hire,
    converge: (withinMs = 15_000) => converge(worker, database, withinMs),
    accounts: (name) => [...simulators.providers[name].accounts()],
    close: () => closeAll(database, testDatabase, simulators),
  };
}

async function converge(worker: TestWorker, database: Database, withinMs: number): Promise<void> {
  const endMs = Date.now() + withinMs;
  for (;;) {
    await worker.pass();
    const open = await whatIsOpen(database);
    if (open.length === 0) return;
    if (Date.now() > endMs) throw new Error(`not converged: ${JSON.stringify(open.slice(0, 5))}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

function whatIsOpen(database: Database): Promise<object[]> {
  return database.sql(
    `SELECT l.provider, l.user_id, l.attempts, l.last_error, l.certainty, l.observed_state, l.owed, l.in_flight,
            l.next_attempt_at - now() AS due_in
     FROM links l JOIN providers p ON p.slug = l.provider WHERE l.wanted > l.handled
     UNION ALL
     SELECT 'roster', u.id, 0, u.status, NULL, NULL, NULL, NULL, NULL FROM users u WHERE u.status = 'purging' LIMIT 20`,
  );
}

async function closeAll(
  database: Database,
  testDatabase: TestDatabase,
  simulators: Simulators,
): Promise<void> {
  await database.close();
  await simulators.close();
  await testDatabase.drop();
}

/** Makes every link doubtful, as after a restore of the database: all of it must be read before it is believed. */
export async function doubtEverything(database: Database): Promise<void> {
  const users = await database.sql<{ id: string }>('SELECT id FROM users');
  await markLinks(
    database.sql,
    users.map((user) => user.id),
    { lane: 'backfill', doubt: true },
  );
}

/** One link as its row stands. */
export async function linkOf(
  database: Database,
  userId: string,
  provider: string,
): Promise<Record<string, unknown>> {
  const [row] = await database.sql<Record<string, unknown>>(
    'SELECT * FROM links WHERE user_id = $1 AND provider = $2',
    [userId, provider],
  );
  if (row === undefined) throw new Error(`no link ${provider}`);
  return row;
}

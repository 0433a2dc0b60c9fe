import { ControlServer } from './control/control-server.js';
import {
  PROVIDER_NAMES,
  RunningProvider,
  type FaultRule,
  type ProviderName,
  type SimulatedProvider,
  type SimulatorDefinition,
  type StartOptions,
} from './frame/index.js';
import { passageDefinition } from './passage/index.js';
import { sendAuthDefinition, SERVICE_ACCOUNT_ID } from './sendauth/index.js';
import { sunshineDefinition } from './sunshine/index.js';
import { vaultDefinition } from './vault/index.js';

export { SERVICE_ACCOUNT_ID };
export type {
  AccountChange,
  Exchange,
  FaultRule,
  HeldAccount,
  LoggedCall,
  ProviderName,
  ProviderSummary,
  SimulatedProvider,
  Witness,
} from './frame/index.js';
export { CUT_OFF, writeTraffic } from './frame/index.js';
export { PROVIDER_NAMES, RunningProvider };

const DEFINITIONS: Readonly<Record<ProviderName, SimulatorDefinition>> = {
  vault: vaultDefinition,
  sunshine: sunshineDefinition,
  passage: passageDefinition,
  sendauth: sendAuthDefinition,
};

export interface SimulatorsOptions extends Omit<StartOptions, 'port'> {
  /** (Default: 0, chosen by the system) */
  readonly controlPort?: number | undefined;
  /** (Default: 0 each, chosen by the system) */
  readonly ports?: Readonly<Partial<Record<ProviderName, number>>> | undefined;
}

/** All four simulators and their control API, listening. */
export interface Simulators {
  readonly controlUrl: string;
  /** Base URLs, each with the path that the real service has before its operations. */
  readonly urls: Readonly<Record<ProviderName, string>>;
  /** The settings of a Rollcall that shall talk to these simulators. */
  readonly environment: Readonly<Record<string, string>>;
  /** The back door for tests in the same process. */
  readonly providers: Readonly<Record<ProviderName, SimulatedProvider>>;
  /** The same with log, summary, latency and reset. */
  readonly running: Readonly<Record<ProviderName, RunningProvider>>;
  /**
   * Adds fault rules at one provider.
   * @throws ZodError when a rule is malformed
   */
  faults(name: ProviderName, script: FaultRule | readonly FaultRule[]): void;
  /** Everything as at the start. */
  reset(): void;
  /** Ends servers, connections and timers. */
  close(): Promise<void>;
}

/**
 * Starts the four providers and the control API, each on a port of its own.
 * @throws the listen error when a given port is taken; nothing is left listening then
 */
export async function startSimulators(options: SimulatorsOptions = {}): Promise<Simulators> {
  const running = await startAll(options);
  const all = Object.values(running);
  const control = new ControlServer(running);
  const close = async (): Promise<void> => {
    await Promise.all([control.close(), ...all.map((each) => each.close())]);
  };
  const host = options.host ?? '127.0.0.1';
  const port = await control.listen(host, options.controlPort ?? 0).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    controlUrl: `http://${host}:${port}`,
    urls: byName((name) => running[name].url),
    environment: Object.fromEntries(all.flatMap((each) => Object.entries(each.environment))),
    providers: byName((name) => running[name].provider),
    running,
    faults: (name, script) => {
      running[name].addFaults(script);
    },
    reset: () => {
      for (const each of all) each.reset();
    },
    close,
  };
}

async function startAll(
  options: SimulatorsOptions,
): Promise<Readonly<Record<ProviderName, RunningProvider>>> {
  const started = await Promise.allSettled(
    PROVIDER_NAMES.map((name) =>
      RunningProvider.start(DEFINITIONS[name], { ...options, port: options.ports?.[name] }),
    ),
  );
  const running = new Map<ProviderName, RunningProvider>();
  for (const each of started) if (each.status === 'fulfilled') running.set(each.value.name, each.value);
  const failed = started.find((each) => each.status === 'rejected');
  if (failed === undefined) {
    // None failed, so every name of the list has its entry.
    return Object.fromEntries(running) as Record<ProviderName, RunningProvider>;
  }
  await Promise.all([...running.values()].map((each) => each.close()));
  throw failed.reason;
}

function byName<T>(read: (name: ProviderName) => T): Readonly<Record<ProviderName, T>> {
  return {
    vault: read('vault'),
    sunshine: read('sunshine'),
    passage: read('passage'),
    sendauth: read('sendauth'),
  };
}

import { accountChangesSchema, type AccountChange } from './account-change.js';
import { CallLog } from './call-log.js';
import { FaultScript } from './fault-script.js';
import type { FaultRule } from './fault.js';
import { ProviderServer } from './provider-server.js';
import { Scheduler } from './scheduler.js';
import type { ProviderName, SimulatedProvider, SimulatorDefinition } from './simulated-provider.js';
import type { Witness } from './traffic.js';

export interface StartOptions {
  /** (Default: 127.0.0.1) */
  readonly host?: string | undefined;
  /** (Default: 0, chosen by the system) */
  readonly port?: number | undefined;
  /** Every answer waits this long. (Default: 0) */
  readonly latencyMs?: number | undefined;
  /** Milliseconds since the epoch. (Default: the wall clock) */
  readonly now?: (() => number) | undefined;
  /** Uniform in [0, 1). (Default: Math.random) */
  readonly random?: (() => number) | undefined;
  /** Told of every call that no fault rule touched, before it is answered. (Default: nobody) */
  readonly witness?: Witness | undefined;
}

/** What a provider holds and has been asked, in numbers. */
export interface ProviderSummary {
  readonly provider: ProviderName;
  /** All accounts held, whatever their state. */
  readonly accounts: number;
  readonly states: Readonly<Record<string, number>>;
  readonly calls: { readonly total: number; readonly writes: number; readonly mutating: number };
  readonly lastSeq: number;
  /** Values of a unique key that more than one account holds, by key. */
  readonly duplicates: Readonly<Record<string, number>>;
}

/** One simulated provider that listens: the provider itself, its log, its faults and its port. */
export class RunningProvider {
  readonly name: ProviderName;
  readonly provider: SimulatedProvider;
  readonly log = new CallLog();
  readonly #faults = new FaultScript();
  readonly #scheduler = new Scheduler();
  readonly #server: ProviderServer;
  readonly #initialLatencyMs: number;
  #url = '';

  private constructor(
    private readonly definition: SimulatorDefinition,
    options: StartOptions,
  ) {
    const now = options.now ?? Date.now;
    const random = options.random ?? Math.random;
    this.name = definition.name;
    this.provider = definition.create({ now, random, scheduler: this.#scheduler });
    const { provider, log } = this;
    this.#server = new ProviderServer({ provider, log, faults: this.#faults, now, witness: options.witness });
    this.#initialLatencyMs = options.latencyMs ?? 0;
    this.#server.latencyMs = this.#initialLatencyMs;
  }

  /** Starts one provider by itself. */
  static async start(definition: SimulatorDefinition, options: StartOptions = {}): Promise<RunningProvider> {
    const running = new RunningProvider(definition, options);
    const host = options.host ?? '127.0.0.1';
    const port = await running.#server.listen(host, options.port ?? 0);
    running.#url = `http://${host}:${port}${definition.basePath}`;
    return running;
  }

  /** The base URL that a client is configured with. */
  get url(): string {
    return this.#url;
  }

  get environment(): Readonly<Record<string, string>> {
    return this.definition.environment(this.#url);
  }

  get latencyMs(): number {
    return this.#server.latencyMs;
  }

  set latencyMs(latencyMs: number) {
    this.#server.latencyMs = latencyMs;
  }

  /** The fault rules in force, with their hits. */
  get faults(): (FaultRule & { hits: number })[] {
    return this.#faults.list();
  }

  /**
   * Adds fault rules behind those in force.
   * @throws ZodError when a rule is malformed
   */
  addFaults(script: unknown): void {
    this.#faults.add(script);
  }

  /** Ends all faults; calls that hang lose their connection. */
  clearFaults(): void {
    this.#faults.clear();
    this.#server.releaseHanging();
  }

  /**
   * Makes changes behind our back, in order; the ones before a refused one stay made.
   * @throws ZodError on a malformed change, ChangeRefused on one that cannot be made
   */
  plant(changes: unknown): number {
    const parsed: AccountChange | AccountChange[] = accountChangesSchema.parse(changes);
    const list = Array.isArray(parsed) ? parsed : [parsed];
    for (const change of list) this.provider.plant(change);
    return list.length;
  }

  summary(): ProviderSummary {
    const states: Record<string, number> = {};
    let accounts = 0;
    for (const { state } of this.provider.accounts()) {
      states[state] = (states[state] ?? 0) + 1;
      accounts += 1;
    }
    return {
      provider: this.name,
      accounts,
      states,
      calls: this.log.counts,
      lastSeq: this.log.lastSeq,
      duplicates: this.provider.duplicates(),
    };
  }

  /** As new: no accounts, calls, faults or timers, switches and latency as at the start. Calls in flight are dropped. */
  reset(): void {
    this.#server.abandonCalls();
    this.#scheduler.clear();
    this.#faults.clear();
    this.#server.latencyMs = this.#initialLatencyMs;
    this.provider.behaviour.reset();
    this.provider.reset();
    this.log.clear();
  }

  async close(): Promise<void> {
    this.#scheduler.clear();
    await this.#server.close();
  }
}

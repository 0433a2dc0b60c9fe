import type { Behaviour, SwitchTable } from './behaviour.js';
import type { AccountChange } from './account-change.js';
import type { SimulatedRequest } from './request.js';
import type { Scheduler } from './scheduler.js';

/** The four providers that can be simulated; also their names in the control API. */
export const PROVIDER_NAMES = ['vault', 'sunshine', 'passage', 'sendauth'] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];

/** What a provider answers to one request. */
export interface SimulatedAnswer {
  readonly status: number;
  /** Sent as JSON. Absent: an empty body. */
  readonly body?: unknown;
  /** Sent as plain text when there is no `body`. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** True when the call was a write and was accepted, even if it left everything as it was. (Default: false) */
  readonly mutated?: boolean;
  /** The account that the call was about, where it is known. */
  readonly accountId?: string;
}

/** An account in the provider's own shape, and what it is there: `live`, `suspended`, `softDeleted`, `deleting`, `deleted`. */
export interface HeldAccount extends Readonly<Record<string, unknown>> {
  readonly state: string;
}

/**
 * One provider as it would behave over there: stateful, and without any notion of faults, sockets or logs, which the
 * frame adds around it.
 */
export interface SimulatedProvider {
  readonly name: ProviderName;
  /** The points at which the real provider's behaviour is not documented, each as a switch. */
  readonly behaviour: Behaviour<SwitchTable>;

  /** Answers one request, at once. What happens later (an asynchronous deletion) goes through the scheduler. */
  handle(request: SimulatedRequest): SimulatedAnswer;

  /**
   * Answers a read from the state as it was at `timeMs` (on the context's clock). Accounts kept in an `AccountStore`
   * make this one line: `store.readAsOf(timeMs, () => this.handle(request))`.
   */
  handleAsOf(request: SimulatedRequest, timeMs: number): SimulatedAnswer;

  /** Everything held, deleted ones too where the provider remembers them. */
  accounts(): Iterable<HeldAccount>;

  /**
   * Changes accounts behind our back: no call is logged, no rule of the API is enforced beyond the account's shape.
   * @throws ChangeRefused when the account is unknown or the operation makes no sense at this provider
   */
  plant(change: AccountChange): void;

  /** For each key that is unique at this provider: how many values are held by more than one account (0 in health). */
  duplicates(): Readonly<Record<string, number>>;

  /** Forgets every account. Switches, timers and logs are reset by the frame. */
  reset(): void;
}

/** What the frame lends to a provider. Everything that a decision depends on is injected. */
export interface SimulatorContext {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Timers that end with the simulator. */
  readonly scheduler: Scheduler;
}

/** How one kind of provider is started, and how a client of ours is pointed at it. */
export interface SimulatorDefinition {
  readonly name: ProviderName;
  /** The part of the base URL after the port, e.g. `/v1`; it is also part of every request's segments. */
  readonly basePath: string;
  create(context: SimulatorContext): SimulatedProvider;
  /** The environment variables of a client: base URL and the credentials that the simulator accepts. */
  environment(baseUrl: string): Readonly<Record<string, string>>;
}

import type {
  Account,
  AccountPage,
  AccountTarget,
  Desired,
  DesiredAccount,
  LookupKey,
  Observation,
} from './account.js';
import type { Capabilities } from './capabilities.js';
import type { Applied, ProviderStep } from './step.js';

/** What a call is admitted for. */
export interface CallRequest {
  /** Whether the call may change something at the provider. */
  readonly mutating: boolean;
  /** The longest the call can take, after which its outcome is unknown. */
  readonly timeoutMs: number;
}

/** Travels with every call; made by the engine for one link, or by the admin API for one request. */
export interface CallContext {
  /** Aborted when the process stops or the link is given up. */
  readonly signal: AbortSignal;
  /**
   * Awaited by the HTTP client before each request: waits for a call slot and for the provider's pace.
   * @returns a function to be called once, when the call is over: its answer may still have to be read
   * @throws CallNotStarted when the call must not begin (lease ending, preempted, provider paused, stopping)
   */
  admit(call: CallRequest): Promise<() => void>;
  /**
   * Asked at the last moment, when a connection is there and the first byte would leave: waiting for a connection, or
   * a process that was frozen, may have used up the time that the call was admitted with.
   * (Default: every admitted call may be sent)
   */
  mayStillSend?(call: CallRequest): boolean;
  /** Whoever only looks: the HTTP client refuses every request that is not a read, before anything is sent. (Default: false) */
  readonly readOnly?: boolean;
}

/**
 * One directory, as the core sees it. Adapters are dumb: the core decides, they spell.
 *
 * Every method throws `ProviderError` and nothing else (besides `CallNotStarted` from the context). All are safe to
 * call again: a step that already holds is acknowledged, not an error, wherever the provider lets us tell.
 */
export interface IdentityProvider {
  readonly kind: string;
  readonly capabilities: Capabilities;

  /** Pure. Applied to its own result it changes nothing. */
  normalize(desired: Desired): DesiredAccount;

  /**
   * Reads one account. `absent` is answered only when the provider can prove it for this target; `notLive` when it
   * cannot tell soft-deleted from gone. A provider-wide 404 (wrong app, retired service) is an error, never `absent`.
   */
  get(target: AccountTarget, context: CallContext): Promise<Observation>;

  /**
   * All accounts that hold any of these keys, exactly compared, soft-deleted ones too where they can be listed.
   * `[]` proves absence for exactly these keys; a search that could not tell throws.
   */
  correlate(keys: readonly LookupKey[], context: CallContext): Promise<Account[]>;

  /**
   * Takes one step on one account. `purge` leaves nothing behind, with as many calls as that takes.
   * `softDelete` and `purge` of an account that is already so are acknowledged.
   */
  apply(step: ProviderStep, target: AccountTarget, context: CallContext): Promise<Applied>;

  /**
   * Present exactly when the provider can enumerate its accounts.
   *
   * A walk through a list that others change meanwhile, a page at a time. Callers may rely on this much: the walk ends;
   * it says `complete` once, on its last page, and never after an error, a page that repeats or a page that shows fewer
   * than the provider counts. An account may be shown more than once, on one page or on several: count it once, by its
   * id. An account that moves in the list meanwhile may be missed: not to be shown is no proof of absence, `get` is.
   */
  list?(context: CallContext): AsyncIterable<AccountPage>;

  /** Present exactly when the provider can enumerate its soft-deleted accounts; otherwise as `list`. */
  listDeleted?(context: CallContext): AsyncIterable<AccountPage>;
}

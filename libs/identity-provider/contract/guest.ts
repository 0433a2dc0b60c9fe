import type { AccountTarget, Capabilities, IdentityProvider, Mapping } from '../src/index.js';
import type { BackDoor } from './back-door.js';
import type { Decide } from './planning.js';

/** An adapter in front of a stand-in of its provider, as the contract suite meets it. */
export interface ContractGuest {
  readonly provider: IdentityProvider;
  /** The mapping that `provider` spells by. */
  readonly mapping: Mapping;
  /** The same adapter with credentials that the provider refuses. */
  readonly stranger: IdentityProvider;
  /** The same adapter pointed at an app that does not exist; `null` where a provider knows no apps. */
  readonly astray: IdentityProvider | null;
  /** A target in the provider's own spelling that nobody holds. */
  readonly nobody: AccountTarget;
  /**
   * Native paths that the stand-in of this run keeps when their value is taken away, for lack of anything that could be
   * sent to clear them. (Default: none)
   */
  readonly keeps?: readonly string[];
  readonly backDoor: BackDoor;
  close(): Promise<void>;
}

/** One run of the contract suite. */
export interface ContractCase {
  /** Shown in the tests' names: the adapter, and what differs in this run. */
  readonly name: string;
  /** What the adapter says it can do: decides which stories are told. */
  readonly capabilities: Capabilities;
  /** The reconciler's `plan`: every story ends with the question whether anything is left to do. */
  readonly plan: Decide;
  /** Awaited once, before the first story. */
  readonly setUp: () => Promise<ContractGuest>;
}

import type { OwedEffect } from '#domain';
import type { LookupKeyKind } from './account.js';
import type { LoweringTable } from './lowering.js';

/** One attribute that a provider carries. */
export interface AttributeCapability {
  /** Native path, e.g. `metadata.email`. */
  readonly path: string;
  /** Length in code points, as JSON Schema counts. (Default: no bound) */
  readonly minLength?: number;
  readonly maxLength?: number;
  /** The value has to be there for an account to be held. (Default: false) */
  readonly required?: boolean;
  /** Where the limit was learnt: document, and the date on which it was checked. */
  readonly source: string;
}

/**
 * What a provider can do, as data. What is not listed, it cannot.
 * The semantics matrix of the API and of the documents is rendered from these lines.
 */
export interface Capabilities {
  readonly accountIdAssignedBy: 'us' | 'provider';
  /** `replace`: fields that are left out may be reset, so an update reads, merges and writes. */
  readonly update: 'patch' | 'replace';
  readonly suspend: 'native' | 'marker' | 'softDelete' | 'none';
  readonly softDelete: boolean;
  readonly restore: boolean;
  /** Whether attributes can be written while the account is not live. */
  readonly writableWhileSuspended: boolean;
  readonly purge: {
    /** `later`: the answer only accepts; absence must be confirmed by a read. */
    readonly confirmed: 'atOnce' | 'later';
    /** What goes with the account and cannot be had back. */
    readonly loses: readonly string[];
  };
  /** What to do when the account of an active user is gone. `park` where a login credential is lost with it. */
  readonly onAbsent: 'recreate' | 'park';
  /** Accounts a page; `null` when the provider cannot enumerate. */
  readonly listPageSize: number | null;
  readonly listsDeleted: boolean;
  /** The keys that are unique there. A create without any of them could not be found again after a lost answer. */
  readonly uniqueKeys: readonly LookupKeyKind[];
  /** Whether accounts are told the user's tags, as an owed effect that no read shows. */
  readonly mirrorsTags: boolean;
  /** Whether what is personal can be removed from an account that stays, as an owed effect. */
  readonly erasesProfile: boolean;
  /** Effects that a suspension owes beside its own call. */
  readonly owedOnSuspend: readonly OwedEffect[];
  readonly attributes: readonly AttributeCapability[];
  /** What each status can mean there; an instance's policy chooses among the cells. */
  readonly lowering: LoweringTable;
}

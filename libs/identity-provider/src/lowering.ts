import type { UserStatus } from '#domain';

/** How an account looks when a canonical status is lowered onto it. */
export const TARGET_STATES = ['live', 'suspended', 'softDeleted', 'gone'] as const;
export type TargetState = (typeof TARGET_STATES)[number];

/** The statuses that are lowered. A user in `purging` or `purged` is lowered as `purged`. */
export const LOWERED_STATUSES = ['active', 'deactivated', 'deleted', 'purged'] as const;
export type LoweredStatus = (typeof LOWERED_STATUSES)[number] & UserStatus;

/** One cell of the semantics matrix: what a canonical status can mean at a provider. */
export interface LoweringCell {
  readonly state: TargetState;
  /** `notEnforceable`: the account stays usable; the status is kept by us alone, and shown so. */
  readonly support: 'native' | 'emulated' | 'notEnforceable';
  /** Whether the way back ends with the same account. */
  readonly reversible: boolean;
  /** The status that our marker spells, at providers that are suspended by a marker. */
  readonly marker?: string;
  /** One sentence or two for operators: what happens there. */
  readonly note: string;
  /** What is known to be lost, also where the way back is open. */
  readonly loses: readonly string[];
}

/** Everything that a status can mean at a provider; the first cell holds unless a policy chooses another. */
export type LoweringCells = readonly [LoweringCell, ...LoweringCell[]];
export type LoweringTable = Readonly<Record<LoweredStatus, LoweringCells>>;

/** What each status means at one configured instance: one cell each. */
export type Lowering = Readonly<Record<LoweredStatus, LoweringCell>>;

/** The statuses whose meaning a policy may choose: what is active is live, and what is purged is gone. */
export const POLICY_STATUSES = ['deactivated', 'deleted'] as const satisfies readonly LoweredStatus[];
export type PolicyStatus = (typeof POLICY_STATUSES)[number];

/** What an operator chose otherwise than the default. */
export type LoweringPolicy = Readonly<Partial<Record<PolicyStatus, TargetState>>>;

/** Whether a policy may choose the cell: the roster can take back every status but `purged`, so the account must too. */
export function mayBeChosen(status: LoweredStatus, cell: LoweringCell): boolean {
  return status === 'purged' || cell.reversible;
}

/**
 * The cell that a policy names.
 * @returns `refused` with the reason when the provider has no such cell, or when it would make a step irreversible that
 * the roster can take back
 */
export function chooseCell(
  table: LoweringTable,
  status: LoweredStatus,
  state: TargetState,
): { readonly cell: LoweringCell } | { readonly refused: string } {
  const cell = table[status].find((each) => each.state === state);
  if (cell === undefined) return { refused: `must not be ${state}: the provider has nothing like it` };
  if (mayBeChosen(status, cell)) return { cell };
  const lost = cell.loses.length === 0 ? '' : ` of ${cell.loses.join(', ')}`;
  return {
    refused: `must not be ${state}: who is ${status} can come back until a purge, and this loss${lost} could not be undone`,
  };
}

/** The states that a policy may name for a status, the default first. */
export function choicesOf(table: LoweringTable, status: LoweredStatus): TargetState[] {
  return table[status].filter((cell) => mayBeChosen(status, cell)).map(({ state }) => state);
}

/**
 * One cell for each status: what the policy chose, the default elsewhere.
 * @throws Error when a choice is refused; settings are held against `chooseCell` before
 */
export function chooseLowering(table: LoweringTable, policy: LoweringPolicy = {}): Lowering {
  const cellOf = (status: PolicyStatus): LoweringCell => {
    const choice = chooseCell(table, status, policy[status] ?? table[status][0].state);
    if ('refused' in choice) throw new Error(`${status} ${choice.refused}`);
    return choice.cell;
  };
  return {
    active: table.active[0],
    deactivated: cellOf('deactivated'),
    deleted: cellOf('deleted'),
    purged: table.purged[0],
  };
}

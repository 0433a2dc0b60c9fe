import { POLICY_STATUSES, type LoweringCell, type PolicyStatus } from '#identity-provider';

/** What of a configured instance decides how its accounts shall look. */
export interface Declared {
  readonly mappingVersion: string;
  /** What the statuses mean there that a policy may choose for. */
  readonly lowering: Readonly<Record<PolicyStatus, Pick<LoweringCell, 'state'>>>;
}

/**
 * What the links of a provider are marked for, as one text: the version of the mapping, and what the policy means by
 * each status, e.g. `passage-1; deactivated=suspended; deleted=live`.
 */
export function spellDeclaration({ mappingVersion, lowering }: Declared): string {
  return [mappingVersion, ...POLICY_STATUSES.map((status) => spellStatus(status, lowering))].join('; ');
}

/**
 * Whose links a declaration concerns that were last marked for another one. What the known text does not name counts
 * as changed.
 */
export function changedSince(known: string, declared: Declared): 'nothing' | 'everything' | PolicyStatus[] {
  const [mappingVersion, ...policy] = known.split('; ');
  if (mappingVersion !== declared.mappingVersion) return 'everything';
  const changed = POLICY_STATUSES.filter(
    (status) => !policy.includes(spellStatus(status, declared.lowering)),
  );
  return changed.length === 0 ? 'nothing' : changed;
}

function spellStatus(status: PolicyStatus, lowering: Declared['lowering']): string {
  return `${status}=${lowering[status].state}`;
}

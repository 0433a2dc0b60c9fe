import { createHash } from 'node:crypto';
import type { AssignmentRule } from '#domain';
import { POLICY_STATUSES, type LoweringCell, type PolicyStatus } from '#identity-provider';

/** What of a configured instance decides how its accounts shall look. */
export interface Declared {
  readonly mappingVersion: string;
  /** What the statuses mean there that a policy may choose for. */
  readonly lowering: Readonly<Record<PolicyStatus, Pick<LoweringCell, 'state'>>>;
  /** Who is in scope there. (Default: everybody) */
  readonly assignment?: AssignmentRule | null;
}

/**
 * What the links of a provider are marked for, as one text: the version of the mapping, and what the policy means by
 * each status, e.g. `passage-1; deactivated=suspended; deleted=live`; and a digest of who is in scope, unless that is everybody.
 */
export function spellDeclaration({ mappingVersion, lowering, assignment }: Declared): string {
  const policy = POLICY_STATUSES.map((status) => spellStatus(status, lowering));
  return [mappingVersion, ...policy, ...spellScope(assignment)].join('; ');
}

/**
 * Whose links a declaration concerns that were last marked for another one. What the known text does not name counts
 * as changed.
 */
export function changedSince(known: string, declared: Declared): 'nothing' | 'everything' | PolicyStatus[] {
  const [mappingVersion, ...policy] = known.split('; ');
  const scope = policy.filter((one) => one.startsWith(SCOPE));
  const isSameScope = scope.join() === spellScope(declared.assignment).join();
  if (mappingVersion !== declared.mappingVersion || !isSameScope) return 'everything';
  const changed = POLICY_STATUSES.filter(
    (status) => !policy.includes(spellStatus(status, declared.lowering)),
  );
  return changed.length === 0 ? 'nothing' : changed;
}

function spellStatus(status: PolicyStatus, lowering: Declared['lowering']): string {
  return `${status}=${lowering[status].state}`;
}

const SCOPE = 'scope=';
const DIGEST_LENGTH = 16;

/** A digest, because values of a rule may hold anything, also what parts this text. */
function spellScope(assignment: Declared['assignment']): string[] {
  if (assignment === undefined || assignment === null) return [];
  const digest = createHash('sha256').update(JSON.stringify(assignment)).digest('hex');
  return [`${SCOPE}${digest.slice(0, DIGEST_LENGTH)}`];
}

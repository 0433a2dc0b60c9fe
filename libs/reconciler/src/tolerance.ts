import {
  driftPolicyOf,
  type DesiredAccount,
  type DriftRules,
  type NativeAttributes,
} from '#identity-provider';
import type { Asserted, LinkKnowledge, Work } from '#store';

/** What is wanted and known, once drift that is not enforced is let stand. */
export interface Tolerated {
  readonly desired: DesiredAccount;
  readonly knowledge: LinkKnowledge;
}

/**
 * Lets drift stand where the policy says so: what the account holds is then what is wanted of it, for as long as the
 * user's own value is the one that was drifted from. Pure.
 * @param work the link as it was before this pass
 * @param knowledge what is known of the account now
 */
export function tolerateDrift(
  rules: DriftRules,
  work: Pick<Work, 'asserted'>,
  { desired, knowledge }: Tolerated,
): Tolerated {
  const { asserted } = knowledge;
  const before = work.asserted;
  if (asserted === null || before === null) return { desired, knowledge };
  const paths = Object.keys(desired.attributes).filter((path) => driftPolicyOf(rules, path) !== 'enforce');
  const stand = paths.filter((path) => isDrift(path, { desired, asserted, before }));
  if (stand.length === 0) return { desired, knowledge: letStand(knowledge, asserted, {}) };
  const attributes = { ...desired.attributes, ...pick(asserted.attributes, stand) };
  return {
    desired: { ...desired, attributes },
    knowledge: letStand(knowledge, asserted, pick(desired.attributes, stand)),
  };
}

/** The account holds something else, and the user has been given nothing else since ours was last there. */
function isDrift(
  path: string,
  { desired, asserted, before }: { desired: DesiredAccount; asserted: Asserted; before: Asserted },
): boolean {
  const ours = before.tolerated?.[path] ?? before.attributes[path] ?? null;
  const wanted = desired.attributes[path] ?? null;
  return wanted !== (asserted.attributes[path] ?? null) && wanted === ours;
}

function letStand(
  knowledge: LinkKnowledge,
  { attributes, tags }: Asserted,
  tolerated: NativeAttributes,
): LinkKnowledge {
  const stands = Object.keys(tolerated).length > 0;
  return { ...knowledge, asserted: { attributes, tags, ...(stands ? { tolerated } : {}) } };
}

function pick(attributes: NativeAttributes, paths: readonly string[]): NativeAttributes {
  return Object.fromEntries(paths.map((path) => [path, attributes[path] ?? null]));
}

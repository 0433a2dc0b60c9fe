import type { DesiredAccount, ProviderInstance } from '#identity-provider';
import type { LinkKnowledge, Work } from '#store';
import { observedOf } from './knowledge.js';
import { lowerStatus, type PlanInput } from './plan/index.js';

/** The account as its provider would spell it. */
export function desiredOf(instance: ProviderInstance, work: Work): DesiredAccount {
  return instance.provider.normalize({
    status: work.user.status,
    attributes: work.user,
    remoteKey: work.remoteKey,
  });
}

/** Everything that the plan of one link is made from. */
export function planInput(
  instance: ProviderInstance,
  work: Work,
  desired: DesiredAccount,
  known: LinkKnowledge,
): PlanInput {
  const status = lowerStatus(work.user.status, work.assigned);
  return {
    status,
    target: instance.lowering[status],
    desired,
    observed: observedOf(known),
    owed: known.owed,
    hadAccount: work.accountId !== null,
    isErasure: work.isErasure,
    mayRecreate: work.mayRecreate,
    // What was accepted was about the account that the link recorded, not about one that has just taken its place.
    purgeAccepted: work.purgeAccepted && known.accountId === work.accountId,
    capabilities: instance.provider.capabilities,
  };
}

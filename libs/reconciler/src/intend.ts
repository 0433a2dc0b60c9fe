import type { ChargedStep, DesiredAccount } from '#identity-provider';
import type { Permission, Work } from '#store';
import type { Plan } from './plan/index.js';
import type { ProviderRoom } from './provider-room.js';

/** What is about to be done to one link, and which of it needs room. */
export interface Intention {
  readonly work: Work;
  readonly desired: DesiredAccount;
  readonly planned: Plan;
  readonly charge: ChargedStep | null;
}

/** Puts on record what must be, and asks whether the user still stands where the plan was made. */
export async function intend(room: ProviderRoom, intention: Intention): Promise<Permission> {
  const { work, desired, planned, charge } = intention;
  const create = creates(planned);
  const restsOnRule = opens(planned) && room.instance.assignment !== null;
  const purge = planned.steps.some((step) => step.kind === 'purge');
  const mustAsk = create || purge || restsOnRule || charge !== null || planned.owes.length > 0;
  if (!mustAsk) return { kind: 'go', grant: null };
  const recordsCreate = create && room.instance.provider.capabilities.accountIdAssignedBy === 'provider';
  const kind = purge ? 'purge' : recordsCreate ? 'provision' : null;
  return room.intents.ask({
    id: kind === null ? null : room.engine.newId(),
    userId: work.userId,
    leaseToken: work.leaseToken,
    statusRevision: work.user.statusRevision,
    attributeRevision: work.user.attributeRevision,
    assignmentRevision: work.assignmentRevision,
    restsOnAttributes: restsOnRule,
    kind,
    accountId: work.accountId,
    remoteKey: work.remoteKey,
    lookupKeys: desired.lookupKeys,
    owes: planned.owes,
    charge,
  });
}

/** Whether an account would come of it. */
export function creates(planned: Plan): boolean {
  return planned.steps.some((step) => step.kind === 'provision');
}

/** Whether somebody would be let in. Where a rule says who may be, that has to hold until the call. */
function opens(planned: Plan): boolean {
  return planned.steps.some(
    ({ kind }) => kind === 'provision' || kind === 'reactivate' || kind === 'restore',
  );
}

import type { ParkReason } from '#domain';
import type { ChargedStep, DesiredAccount } from '#identity-provider';
import type { LinkKnowledge, Settlement, Work } from '#store';
import { hasMovedOn, judgeApproval } from './approval.js';
import { probeIntervalMs } from './backoff.js';
import { isOrdinary, roomAfter, settleWithheld, type Withheld } from './budget.js';
import { askCanary } from './canary.js';
import { conclude, doubtLeftMs } from './conclude.js';
import { takeSteps } from './execute.js';
import { creates, intend } from './intend.js';
import type { Lease } from './lease.js';
import { LinkContext } from './link-context.js';
import { createMayLandMs } from './lost-create.js';
import { observe, type Seen } from './observe.js';
import { desiredOf, planInput } from './plan-input.js';
import { chargeOf, plan, planAround, planShutting, type Plan, type PlanInput } from './plan/index.js';
import type { ProviderRoom } from './provider-room.js';
import {
  beginPass,
  settleAgain,
  settleParked,
  settlePurged,
  settleReleased,
  settleStale,
  type PassState,
} from './settlements.js';
import { callOffRemoval } from './stand-in.js';
import { isTakenMeanwhile, resolveTaken } from './taken-identifiers.js';
import { tolerateDrift } from './tolerance.js';
import { haltRoom, settleTrouble } from './trouble.js';

const CRASHES_TO_PARK = 3;
const CREATES_HALTED_MS = 5_000;
/** Such a halt lasts until the next listing, and every attempt reads the account once more. */
const WIDENING_HALTED_MS = 60_000;

/**
 * One link, once: what should this account be, what is it, what is missing?
 *
 *   observe -> what is not certain is read; what is certain needs no call
 *   plan    -> pure
 *   intend  -> on record and allowed, before the first call
 *   execute -> the steps, in order
 *   settle  -> what is now known, and whether the link is done
 *
 * Never throws for what a provider does; a failure of the store is thrown, and the lease then runs out by itself.
 */
export async function reconcileLink(
  room: ProviderRoom,
  work: Work,
  lease: Lease,
  signal: AbortSignal,
): Promise<Settlement> {
  // Their key may have its next holder by now, whose account would answer to it.
  if (work.user.status === 'purged') return settlePurged(work);
  if (work.soloCrashes >= CRASHES_TO_PARK)
    return { ...settleParked(work, beginPass(work), CRASHES), approval: 'stale' };
  const context = new LinkContext(room, work, lease, signal);
  const desired = desiredOf(room.instance, work);
  let settlement: Settlement;
  try {
    settlement = await pursue(room, work, desired, context);
  } catch (error) {
    settlement = await settleTrouble(
      room,
      { work, desired, pass: beginPass(work), context, step: null },
      error,
    );
  }
  return {
    ...settlement,
    room: roomAfter(settlement, context),
    mutated: context.mutated,
    approval: approvalAfter(work, settlement),
    isRepair: isRepair(settlement, context),
  };
}

/** A permission is used up by the pass that took the step, and void once the user moved on; a step that has to be tried again is still permitted. */
function approvalAfter(work: Work, { outcome, approval }: Settlement): Settlement['approval'] {
  if (work.approvedPlan === null || approval !== null) return approval;
  if (work.approval === null || hasMovedOn(work, work.approval)) return 'stale';
  return outcome === 'handled' || outcome === 'parked' ? 'applied' : null;
}

/** Whether the account was written although nobody edited its user. */
function isRepair({ steps }: Settlement, { charged }: LinkContext): boolean {
  if (charged?.class !== 'overwrite') return false;
  return steps.some(({ kind, outcome }) => kind === charged.kind && outcome === 'acknowledged');
}

const CRASHES: ParkReason = {
  code: 'crashes_worker',
  rule: 'working on this link ended the worker three times; see the log, then ask for it again',
};

/** Two writers who undo each other would go on for ever; a person has to say whose value counts. */
const REPAIRS_TO_PARK = 3;

const FOUGHT_OVER: ParkReason = {
  code: 'fought_over',
  rule: 'somebody else writes other values there again and again; find out who, or let drift stand there (*_DRIFT), then edit the user',
};

async function pursue(
  room: ProviderRoom,
  work: Work,
  own: DesiredAccount,
  context: LinkContext,
): Promise<Settlement> {
  const seen = await observe(room, work, own, context);
  if (seen.kind === 'claimed') return callOffRemoval(room, work);
  if (seen.kind !== 'known') return settleUnknown(room, work, seen);
  if (await absenceIsSuspicious(room, work, seen.knowledge, context)) return haltForAbsence(room, work);
  const { knowledge, desired } = tolerateDrift(room.instance.drift, work, {
    desired: own,
    knowledge: seen.knowledge,
  });
  const begun = passAfter(room, work, { ...seen, knowledge });
  const input = planInput(room.instance, work, desired, knowledge);
  const planned = plan(input);
  const approval = judgeApproval(work, { planned, observed: input.observed }, room.engine.hashKey);
  if (approval === 'stale') return settleStale(work);
  if (creates(planned) && mayNotCreate(room)) return settleReleased(work, CREATES_HALTED_MS);
  if (creates(planned) && (await isTakenMeanwhile(room, work, desired, context)))
    return resolveTaken(room, work, desired, begun, context);
  const ordinary = isOrdinary(work);
  const asked = chargeOf(input, planned, ordinary);
  if (asked !== null && mayNotWiden(room, asked)) return settleReleased(work, WIDENING_HALTED_MS);
  // Somebody has looked at this very step: that is what a budget would ask for.
  const isFree = approval === 'granted' || (creates(planned) && !room.firstSyncIsOver);
  const charge = isFree ? null : asked;
  if (charge?.class === 'overwrite' && work.repairs >= REPAIRS_TO_PARK)
    return settleParked(work, begun, FOUGHT_OVER);
  // An account that this pass has just found is the one that a purge is about; its record must name it.
  const found = { ...work, accountId: begun.knowledge.accountId };
  const permission = await intend(room, { work: found, desired, planned, charge });
  if (permission.kind === 'refused') return settleReleased(work);
  const under: Undertaking = { work, desired, begun, context };
  if (permission.kind === 'go') {
    context.charged = charge === null ? null : { ...charge, grant: permission.grant };
    return carryOut(room, under, planned);
  }
  if (charge === null) throw new Error('a step was held that asked for no room');
  const withheld: Withheld = { charge, permission };
  const rest = planAround(input, planned, { charge, isOrdinary: ordinary });
  return (
    (await shutMeanwhile(room, under, { ...withheld, input })) ??
    carryOutWithout(room, under, { ...withheld, rest })
  );
}

/** A plan that is about to be carried out, and what is known by then. */
interface Undertaking {
  readonly work: Work;
  readonly desired: DesiredAccount;
  readonly begun: PassState;
  readonly context: LinkContext;
}

async function carryOut(room: ProviderRoom, under: Undertaking, planned: Plan): Promise<Settlement> {
  const { work, desired, begun, context } = under;
  const { pass, stopped } = await takeSteps(room, work, planned, begun, context);
  if (stopped !== null)
    return settleTrouble(room, { work, desired, pass, context, step: stopped.step }, stopped.error);
  return conclude(room, work, planned, pass);
}

/** A hold covers one step; whatever else the account is missing goes on. */
async function carryOutWithout(
  room: ProviderRoom,
  under: Undertaking,
  { charge, rest, permission }: Withheld & { readonly rest: Plan },
): Promise<Settlement> {
  const { work, desired } = under;
  const { kind } = await intend(room, { work, desired, planned: rest, charge: null });
  if (kind !== 'go') return settleReleased(work);
  const isLeaver = charge.class === 'suspend' || (charge.class === 'remove' && charge.state === 'live');
  if (isLeaver && permission.kind === 'held') {
    room.sparing.warn('suspensions wait for approval', { provider: work.provider, reason: 'budget' });
  }
  return settleWithheld(work, await carryOut(room, under, rest), { charge, permission });
}

/** An account whose destruction waits is shut until then, if there is room for that; `null` when it is not to be. */
async function shutMeanwhile(
  room: ProviderRoom,
  { work, desired, begun, context }: Undertaking,
  { charge, permission, input }: Withheld & { readonly input: PlanInput },
): Promise<Settlement | null> {
  const shutting =
    permission.kind === 'held' ? planShutting(input, charge, room.instance.lowering.deleted) : null;
  if (shutting === null) return null;
  const allowed = await intend(room, { work, desired, ...shutting });
  if (allowed.kind !== 'go') return null;
  context.charged = { ...shutting.charge, grant: allowed.grant };
  const settlement = await carryOut(room, { work, desired, begun, context }, shutting.planned);
  const state = settlement.knowledge.observedState ?? charge.state;
  return settleWithheld(work, settlement, { charge: { ...charge, state }, permission });
}

function settleUnknown(
  room: ProviderRoom,
  work: Work,
  seen: Exclude<Seen, { kind: 'known' | 'claimed' }>,
): Settlement {
  const pass = beginPass(work);
  if (seen.kind === 'tooEarly')
    return settleAgain(work, pass, { delayMs: seen.waitMs, error: 'outcome_unknown', failed: false });
  if (seen.kind === 'mergedAway') return settleParked(work, pass, seen.park, seen.waitsFor);
  // Whose account it is can only be said, and whoever is parked is asked no more, once ours can no longer land beside it.
  const waitMs = createMayLandMs(room, work);
  if (waitMs > 0)
    return settleAgain(work, pass, { delayMs: waitMs, error: 'outcome_unknown', failed: false });
  return settleParked(
    work,
    { ...pass, doubt: 'clear' },
    {
      code: 'disputed',
      attribute: seen.attribute,
      rule: 'an account with this value stands there and is not proven ours; link it, or remove it there',
    },
  );
}

/** A read that comes late enough after a lost answer ends the doubt. */
function passAfter(room: ProviderRoom, work: Work, seen: Extract<Seen, { kind: 'known' }>): PassState {
  const pass = beginPass(work);
  const clears = seen.readNow && work.doubtAgeMs !== null && doubtLeftMs(room, work) <= 0;
  const foundOut = seen.readNow && work.unsettledCreates.length > 0 && isFoundOut(room, work, seen.knowledge);
  return {
    ...pass,
    knowledge: seen.knowledge,
    doubt: clears ? 'clear' : 'keep',
    intent: foundOut ? { kind: 'provision', outcome: 'known' } : null,
    mergeIsOver: seen.mergeIsOver ?? false,
  };
}

/** The recorded account says nothing of a create that may still land beside it. */
function isFoundOut(room: ProviderRoom, work: Work, { accountId }: LinkKnowledge): boolean {
  return accountId !== work.accountId || createMayLandMs(room, work) <= 0;
}

/** Somebody's account is gone. That is believed only of a provider that still shows others. */
async function absenceIsSuspicious(
  room: ProviderRoom,
  work: Work,
  known: LinkKnowledge,
  context: LinkContext,
): Promise<boolean> {
  const lost = known.observedState === 'absent' && work.accountId !== null && work.observedState !== 'absent';
  if (!lost || work.purgeAccepted) return false;
  return (await askCanary(room, context, work.accountId)) === 'ill';
}

async function haltForAbsence(room: ProviderRoom, work: Work): Promise<Settlement> {
  await haltRoom(room, {
    scope: 'all',
    reason: 'every_account_absent',
    probeInMs: probeIntervalMs(room.probesFailed),
  });
  return settleReleased(work);
}

/** What a provider shows is not believed for now: nobody is written over or removed for it, and leavers are shut out. */
function mayNotWiden(room: ProviderRoom, charge: ChargedStep): boolean {
  return room.haltScope === 'widening' && charge.class !== 'suspend';
}

function mayNotCreate(room: ProviderRoom): boolean {
  return room.haltScope === 'creates' || room.haltScope === 'widening';
}

import { type ChangeClass, describePark, type HaltScope, type ParkReason } from '#domain';
import type { Capabilities } from '#identity-provider';
import { plan, type Observed, type PlanInput } from './plan.js';

/**
 * What a restore or a reactivation means for one account.
 * - `restored`: the soft-deleted account comes back; or, after a restore, one that was never taken away
 * - `reactivated`: the suspended account is opened; or, after a reactivation, one that was never shut
 * - `recreated`: the account is gone, and a new one is made
 * - `created`: there never was one, and one is made
 * - `impossible`: the person gets no account there, for the reason that is told
 * - `unknown`: nothing here can say
 */
export const RETURN_OUTCOMES = [
  'restored',
  'reactivated',
  'recreated',
  'created',
  'impossible',
  'unknown',
] as const;
export type ReturnOutcome = (typeof RETURN_OUTCOMES)[number];

export interface AccountReturn {
  readonly outcome: ReturnOutcome;
  /** What the person does not have back, or would not. */
  readonly loses: readonly string[];
  /** Nothing that is known speaks against it, and nothing has to be read first. */
  readonly certain: boolean;
  /** Why it is so, or what may stand in the way. Never holds a personal value. */
  readonly because?: string;
}

/** What was asked, and what the link says beside what the plan is made from. */
export interface ReturnAsked {
  readonly verb: 'restore' | 'reactivate';
  /** What the link was parked for. */
  readonly park: ParkReason | null;
  /** The link was settled, and what it says was read or acknowledged. */
  readonly isSettled: boolean;
  /** Of which class a step waits for approval, was rejected, or would have to be approved again. (Default: none) */
  readonly hold?: ChangeClass | null;
  /** What is not done at the provider for now. (Default: everything is) */
  readonly halt?: HaltScope | null;
  /** The profile there was erased, or is to be. (Default: false) */
  readonly isProfileErased?: boolean;
}

/**
 * Says what coming back means for one account. Read off the very plan that the mirror would make of what is known now,
 * so that the two cannot differ; `input` is for the status after the move. Pure.
 */
export function comingBack(input: PlanInput, asked: ReturnAsked): AccountReturn {
  const told = input.status === 'active' ? opened(input, asked) : keptShut(input, asked);
  const obstacle = told.outcome === 'impossible' ? undefined : obstacleTo(told, asked);
  const reasons = [told.because ?? doubtOf(asked.park), obstacle].filter((reason) => reason !== undefined);
  const isInDoubt = told.outcome !== 'impossible' && doubtOf(asked.park) !== undefined;
  const isKnown = asked.isSettled && input.observed.state !== 'notLive';
  return {
    outcome: told.outcome,
    loses: [...told.loses, ...lostWithErasure(input, asked)],
    certain: isKnown && !isInDoubt && obstacle === undefined,
    ...(reasons.length === 0 ? {} : { because: reasons.join('; ') }),
  };
}

type Told = Omit<AccountReturn, 'certain'>;

/** What keeps the step from being taken that would bring somebody back. */
function obstacleTo({ outcome }: Told, { hold = null, halt = null }: ReturnAsked): string | undefined {
  const isNew = outcome === 'recreated' || outcome === 'created';
  if (halt === 'all') return HALTED;
  if (halt !== null && isNew) return CREATES_HALTED;
  return hold !== null && (hold !== 'create' || isNew) ? `${HELD} (${hold})` : undefined;
}

const HALTED = 'the provider is halted, and nothing is done there until that ends';
const CREATES_HALTED = 'no new accounts are made at the provider until its halt ends';
const HELD = 'a step there waits for approval, or was rejected, and may be held again';

/** The account stays, and what others put into its profile does not come back with what the roster writes there. */
function lostWithErasure(
  { observed }: PlanInput,
  { isProfileErased = false }: ReturnAsked,
): readonly string[] {
  return isProfileErased && observed.state !== 'absent' ? [FOREIGN_PROFILE] : [];
}

const FOREIGN_PROFILE = 'what the profile held beside the roster’s values';

const WORD = { restore: 'restored', reactivate: 'reactivated' } as const;

function opened(input: PlanInput, { verb, park }: ReturnAsked): Told {
  const { state } = input.observed;
  const { park: planned } = plan(input);
  if (state === 'live') return { outcome: WORD[verb], loses: [], ...ruleOf(planned) };
  const gone = input.hadAccount || state !== 'absent' ? input.capabilities.purge.loses : [];
  const obstacle = planned ?? (blocks(park) ? park : null);
  if (obstacle !== null) return { outcome: 'impossible', loses: gone, ...ruleOf(obstacle) };
  switch (state) {
    case 'absent':
      return { outcome: input.hadAccount ? 'recreated' : 'created', loses: gone };
    case 'notLive':
      return { outcome: 'restored', loses: lostIn('softDeleted', input.capabilities), because: UNTOLD };
    case 'softDeleted':
      return { outcome: 'restored', loses: lostIn(state, input.capabilities) };
    case 'suspended':
      return { outcome: 'reactivated', loses: lostIn(state, input.capabilities) };
  }
}

const UNTOLD = 'the provider does not tell a deleted account from one that is gone; a restore will show';

/** A user who is deactivated before and after, or out of the provider's scope. */
function keptShut({ observed, target, hadAccount, capabilities }: PlanInput, { verb }: ReturnAsked): Told {
  const { state } = observed;
  if (state === 'absent') {
    const loses = hadAccount ? capabilities.purge.loses : [];
    return { outcome: 'impossible', loses, because: hadAccount ? GONE_AND_SHUT : NEVER_AND_SHUT };
  }
  if (state === 'live' && target.state === 'live') return { outcome: WORD[verb], loses: [] };
  return { outcome: WORD[verb], loses: lostIn(state, capabilities), because: STAYS_SHUT };
}

const STAYS_SHUT =
  'as before, the account is shut while the user is deactivated or out of the scope of the provider';
const GONE_AND_SHUT =
  'the account is gone, and nobody who is deactivated or out of scope gets a new one; it can be asked for with the reactivation';
const NEVER_AND_SHUT =
  'there never was an account, and nobody who is deactivated or out of scope gets one; it comes with the reactivation';

/** What was lost although the account stayed: whatever the cells say by which it can have come into this state. */
function lostIn(state: Observed['state'], { lowering }: Capabilities): string[] {
  const cells = [...lowering.deactivated, ...lowering.deleted].filter((cell) => cell.state === state);
  return [...new Set(cells.flatMap(({ loses }) => loses))];
}

/** The plan knows nothing of other accounts: who stood in the way stands there until the link has looked again. */
function blocks(park: ParkReason | null): boolean {
  return park?.code === 'identifier_taken' || park?.code === 'disputed';
}

/** The plan sees for itself whether an account is gone; whatever else the link was parked for may come back. */
function doubtOf(park: ParkReason | null): string | undefined {
  return park === null || park.code === 'gone_at_provider' ? undefined : spelt(park);
}

function ruleOf(park: ParkReason | null): { readonly because?: string } {
  return park === null ? {} : { because: spelt(park) };
}

function spelt(park: ParkReason): string {
  return park.rule === undefined ? describePark(park) : `${describePark(park)}: ${park.rule}`;
}

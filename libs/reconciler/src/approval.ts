import { createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalJson, type Json, type Work } from '#store';
import { isOrdinary } from './budget.js';
import type { Observed, Plan } from './plan/index.js';

/**
 * What an approval says of a plan that was just made.
 * - `none`: nothing was approved for this link, or its user changed since: what is missing is done as ever
 * - `granted`: exactly this was approved
 * - `stale`: something else was, and nothing may be done for it
 */
export type ApprovalVerdict = 'none' | 'granted' | 'stale';

/** A plan, and what it was made from. */
export interface Made {
  readonly planned: Plan;
  readonly observed: Observed;
}

/** Holds a plan against what was approved for its link. */
export function judgeApproval(work: Work, made: Made, hashKey: Buffer): ApprovalVerdict {
  const { approval, provider } = work;
  if (approval === null || hasMovedOn(work, approval)) return 'none';
  return timingSafeEqual(hashOfPlan(hashKey, provider, made), approval.hash) ? 'granted' : 'stale';
}

/** Whether the user is no longer the one that the step was planned for. A change of the user is never held up. */
export function hasMovedOn(work: Work, approval: NonNullable<Work['approval']>): boolean {
  const { statusRevision, attributeRevision } = work.user;
  return (
    approval.statusRevision !== statusRevision ||
    approval.attributeRevision !== attributeRevision ||
    isOrdinary(work)
  );
}

/**
 * By which a plan is told: its steps with every value in them, why it is parked, and the account as it was seen; what
 * was approved is to write over exactly that. Keyed, since values can be guessed.
 */
export function hashOfPlan(hashKey: Buffer, provider: string, { planned, observed }: Made): Buffer {
  const { steps, park } = planned;
  const { state, marker, attributes } = observed;
  // Steps are plain data, which is what makes them comparable; their types only say so less generally.
  const told = {
    provider,
    steps: steps as unknown as Json,
    park: park?.code ?? null,
    state,
    marker,
    attributes,
  };
  return createHmac('sha256', hashKey)
    .update(`plan ${canonicalJson(told)}`)
    .digest();
}

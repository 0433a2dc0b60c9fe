import { type BudgetOverride, FourEyesRequired } from '#store';
import type { BudgetPolicy } from '../holds/holds.service.js';
import type { Addressed } from './addressed.js';

/**
 * Whoever may let held changes go may let one go before it is held.
 * @throws Problem when the caller's key may not
 */
export function overrideOf(
  ask: Addressed,
  body: { readonly overrideBudget?: BudgetOverride | undefined } | null | undefined,
): BudgetOverride | undefined {
  const given = body?.overrideBudget;
  if (given !== undefined) ask.requireScope('holds:approve');
  return given;
}

/**
 * An override is asked for and allowed by one and the same key.
 * @throws FourEyesRequired
 */
export function requireFourEyes({ fourEyes }: BudgetPolicy, override: BudgetOverride | undefined): void {
  if (override !== undefined && fourEyes) throw new FourEyesRequired();
}

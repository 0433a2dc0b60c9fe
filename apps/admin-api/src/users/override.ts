import type { BudgetOverride } from '#store';
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

import { isMet, type Measured, type Outcome, type RunFacts } from '../figure.js';
import { inOrder } from './rows.js';

/** Everything on one line, for programs: what was measured by figure and subject, and on what machine. */
export function jsonLine(outcomes: readonly Outcome[], facts: RunFacts): string {
  const figures: Record<string, object> = {};
  for (const outcome of inOrder(outcomes)) {
    figures[outcome.id] = { ...figures[outcome.id], ...membersOf(outcome) };
  }
  return JSON.stringify({ figures, ...facts });
}

function membersOf(outcome: Outcome): object {
  switch (outcome.kind) {
    case 'measured':
      return Object.fromEntries(outcome.values.map((value) => [value.of, entryOf(value)]));
    case 'failed':
      return { error: outcome.why };
    case 'leftOut':
      return { leftOut: outcome.why };
  }
}

function entryOf(value: Measured): object {
  const { min, median, max, unit, target } = value;
  return { min, median, max, ...(unit && { unit }), target: target ?? null, met: isMet(value) };
}

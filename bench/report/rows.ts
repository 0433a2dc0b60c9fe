import type { Outcome } from '../figure.js';
import { TITLES } from '../titles.js';
import { spellNumber, spellSubject, spellTarget, spellVerdict } from './spell.js';

/** The head of the table of figures. */
export const HEAD = ['figure', 'of', 'min', 'median', 'max', 'target', ''] as const;

/** One line a value, in the order of the figures; what failed or was left out says why. */
export function rowsOf(outcomes: readonly Outcome[]): string[][] {
  return inOrder(outcomes).flatMap((outcome) => {
    if (outcome.kind === 'measured') return outcome.values.map((value) => [outcome.id, ...cellsOf(value)]);
    const verdict = outcome.kind === 'failed' ? 'failed' : 'left out';
    return [[outcome.id, firstLine(outcome.why), '', '', '', '', verdict]];
  });
}

/** By number, whatever the order in which they were measured. */
export function inOrder(outcomes: readonly Outcome[]): Outcome[] {
  const ids = Object.keys(TITLES);
  return outcomes.toSorted((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
}

function cellsOf(value: Extract<Outcome, { kind: 'measured' }>['values'][number]): string[] {
  const numbers = [value.min, value.median, value.max].map(spellNumber);
  return [spellSubject(value), ...numbers, spellTarget(value.target), spellVerdict(value)];
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

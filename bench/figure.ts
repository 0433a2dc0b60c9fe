import { spreadOf, type Spread } from './spread.js';

/** One measured value, over all rounds. */
export interface Measured extends Spread {
  /** What was measured, e.g. the provider. */
  readonly of: string;
  /** (Default: a ratio, which has none) */
  readonly unit?: string;
  /** What has to hold of the median; left out where it is only reported. */
  readonly target?: Target;
}

/** A bound, and whether the value may not be below or not above it. */
export interface Target {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** One line of the table, e.g. B1. */
export interface Figure {
  readonly id: string;
  /** What is set against what. */
  readonly title: string;
  readonly values: readonly Measured[];
}

/** What the rounds of one measurement came to. */
export function measured(of: string, rounds: readonly number[], more: Partial<Measured> = {}): Measured {
  return { of, ...spreadOf(rounds), ...more };
}

/** Whether the median is where it has to be; `null` where it is only reported. */
export function isMet({ median, target }: Measured): boolean | null {
  if (target === undefined) return null;
  const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = target;
  return median >= atLeast && median <= atMost;
}

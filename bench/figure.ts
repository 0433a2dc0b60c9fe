import { spreadOf, type Spread } from './spread.js';
import type { FigureId } from './titles.js';

/** One measured value, over all plays. */
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

/** One figure, e.g. B1, or a part of it. */
export interface Figure {
  readonly id: FigureId;
  readonly values: readonly Measured[];
}

/** What became of a figure that was asked for. */
export type Outcome =
  | ({ readonly kind: 'measured' } & Figure)
  | { readonly kind: 'failed' | 'leftOut'; readonly id: FigureId; readonly why: string };

/** How much is measured. */
export interface Scale {
  readonly people: number;
  /** Rounds that count. */
  readonly rounds: number;
}

/** What a run was made on and with. */
export interface RunFacts extends Scale {
  readonly cores: number;
  /** As `process.version` has it. */
  readonly node: string;
  readonly durationMs: number;
}

/** A figure cannot be measured on this machine, which is nobody's fault. */
export class LeftOut extends Error {
  override readonly name = 'LeftOut';
}

/** What the plays of one measurement came to. */
export function measured(of: string, plays: readonly number[], more: Partial<Measured> = {}): Measured {
  return { of, ...spreadOf(plays), ...more };
}

/** Whether the median is where it has to be; `null` where it is only reported. */
export function isMet({ median, target }: Measured): boolean | null {
  if (target === undefined) return null;
  const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = target;
  return median >= atLeast && median <= atMost;
}

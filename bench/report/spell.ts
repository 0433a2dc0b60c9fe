import { isMet, type Measured, type Target } from '../figure.js';

/** A measured number as a person reads it: three digits that count. */
export function spellNumber(value: number): string {
  if (value === 0) return '0';
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : Math.abs(value) < 0.1 ? 3 : 2);
}

/** What has to hold, e.g. `>= 0.35`; nothing where it is only reported. */
export function spellTarget(target: Target | undefined): string {
  const { atLeast, atMost } = target ?? {};
  if (atLeast !== undefined && atLeast === atMost) return `= ${atLeast}`;
  if (atLeast !== undefined && atMost !== undefined) return `${atLeast} to ${atMost}`;
  if (atLeast !== undefined) return `>= ${atLeast}`;
  return atMost === undefined ? '' : `<= ${atMost}`;
}

export function spellVerdict(value: Measured): 'met' | 'not met' | '' {
  const met = isMet(value);
  if (met === null) return '';
  return met ? 'met' : 'not met';
}

/** What was measured, with its unit where it has one. */
export function spellSubject({ of, unit }: Measured): string {
  return unit === undefined ? of : `${of} (${unit})`;
}

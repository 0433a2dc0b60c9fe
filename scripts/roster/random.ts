/** Draws numbers from a seed: the same seed gives the same roster on every machine. */
export interface Draw {
  /** A whole number from 0 up to, and without, `bound`. */
  below(bound: number): number;
  /** Whether an event of this chance happens. `chance` is between 0 and 1. */
  happens(chance: number): boolean;
  /** @throws RangeError on an empty list */
  oneOf<T>(choices: readonly T[]): T;
}

/**
 * Mulberry32: a small generator that is the same everywhere. Not for secrets.
 * @see https://github.com/cprosche/mulberry32
 */
export function seededDraw(seed: number): Draw {
  let state = seed >>> 0;
  const unit = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const below = (bound: number): number => Math.floor(unit() * bound);
  return {
    below,
    happens: (chance) => unit() < chance,
    oneOf: (choices) => {
      const chosen = choices[below(choices.length)];
      if (chosen === undefined) throw new RangeError('nothing to choose from');
      return chosen;
    },
  };
}

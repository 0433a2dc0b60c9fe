/** How often a round plays what is over in seconds: from one to the next a machine's speed changes as much as what is measured. */
export const PLAYS_A_ROUND = 3;

/** One play of a round. */
export interface Play {
  readonly round: number;
  /** Which one of its round, counted from 1. */
  readonly play: number;
  /** The first round does not: in it the code gets warm. */
  readonly counts: boolean;
}

/** All plays of so many rounds that count, and of the one before them. */
export function* playsOf(rounds: number): Generator<Play> {
  for (let round = 0; round <= rounds; round += 1) {
    for (let play = 1; play <= PLAYS_A_ROUND; play += 1) yield { round, play, counts: round > 0 };
  }
}

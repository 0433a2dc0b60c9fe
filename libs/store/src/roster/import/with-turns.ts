import { setImmediate } from 'node:timers/promises';

const ROWS_A_TURN = 100;

/**
 * Passes rows on in small groups, and gives the event loop a turn after each: so long as a large group is worked through
 * in one go, chunks that the database is done with would wait for their next statement, and every other caller for an
 * answer.
 */
export async function* withTurns<Row>(groups: AsyncIterable<readonly Row[]>): AsyncGenerator<Row[]> {
  for await (const group of groups) {
    for (let at = 0; at < group.length; at += ROWS_A_TURN) {
      yield group.slice(at, at + ROWS_A_TURN);
      await setImmediate();
    }
  }
}

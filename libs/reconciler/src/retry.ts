import { isTransactionConflict } from '#store';

const TRIES = 5;
const LONGEST_WAIT_MS = 40;

/** Runs a statement again when the database chose it as the victim of a deadlock or a serialization failure. */
export async function retryOnDeadlock<Result>(
  random: () => number,
  statement: () => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await statement();
    } catch (error) {
      if (tries >= TRIES || !isTransactionConflict(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, random() * LONGEST_WAIT_MS * tries));
    }
  }
}

import type { AccountTarget, Observation } from '#identity-provider';
import type { ProviderRoom } from '../provider-room.js';
import { isTriedAgain } from './outcome.js';
import type { SweepContext } from './sweep-context.js';

/** The share of a provider's call slots that reads of single accounts take: a sweep is what can wait most. */
const ONE_SLOT_IN = 4;

/**
 * Reads one account as a run may, and again when that failed for a moment.
 * @throws ProviderError, CallNotStarted when it could not be read
 */
export async function readAccount(
  room: ProviderRoom,
  target: AccountTarget,
  context: SweepContext,
): Promise<Observation> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await room.instance.provider.get(target, context);
    } catch (error) {
      if (!(await isTriedAgain(room, error, failures, context.signal))) throw error;
    }
  }
}

/**
 * Does something for each, a few at a time; each of those takes the next when it is done. What comes of it is in no order.
 * @throws whatever a failed one threw, when those under way have ended; no other is begun then
 */
export async function fewAtATime<Item, Outcome>(
  { instance }: ProviderRoom,
  items: readonly Item[],
  work: (item: Item) => Promise<Outcome>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const left = oneByOne(items);
  const goOn = async (): Promise<void> => {
    for (const item of left) outcomes.push(await work(item));
  };
  const workers = Math.max(1, Math.floor(instance.concurrency / ONE_SLOT_IN));
  const ended = await Promise.allSettled(Array.from({ length: workers }, goOn));
  const failed = ended.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return outcomes;
}

/** Unlike the iterator of a list it is over for everybody as soon as one of those who share it fails. */
function* oneByOne<Item>(items: readonly Item[]): Generator<Item, void, undefined> {
  yield* items;
}

/** One who waits, and where in the list: taking back costs the same however many wait. */
interface Waiting {
  readonly act: () => void;
  at: number;
}

const WAITING = new WeakMap<AbortSignal, Waiting[]>();

/**
 * Calls `act` when a signal is aborted. All calls of a process may share one signal, so it gets one listener from us
 * however many wait on it: an AbortSignal warns of a leak at eleven, and its list of listeners is slow to search.
 *
 * A plain list and no `Set`: a set that has much come and go is copied again and again inside, and copies that outlived
 * two collections of young objects keep everything alive that calls since then have left behind.
 * @returns a function that takes `act` back
 */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  const waiting = WAITING.get(signal) ?? listenTo(signal);
  const own: Waiting = { act, at: waiting.length };
  waiting.push(own);
  return () => {
    takeBack(waiting, own);
  };
}

/** The last one takes the place that becomes free. */
function takeBack(waiting: Waiting[], own: Waiting): void {
  if (waiting[own.at] !== own) return;
  const last = waiting.pop();
  if (last === undefined || last === own) return;
  last.at = own.at;
  waiting[own.at] = last;
}

function listenTo(signal: AbortSignal): Waiting[] {
  const waiting: Waiting[] = [];
  WAITING.set(signal, waiting);
  signal.addEventListener(
    'abort',
    () => {
      for (const { act } of [...waiting]) act();
    },
    { once: true },
  );
  return waiting;
}

const ACTS = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `act` when a signal is aborted. All calls of a process may share one signal, so it gets one listener from us
 * however many wait on it: an AbortSignal warns of a leak at eleven, and its list of listeners is slow to search.
 * @returns a function that takes `act` back
 */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  const acts = ACTS.get(signal) ?? listenTo(signal);
  acts.add(act);
  return () => {
    acts.delete(act);
  };
}

function listenTo(signal: AbortSignal): Set<() => void> {
  const acts = new Set<() => void>();
  ACTS.set(signal, acts);
  signal.addEventListener(
    'abort',
    () => {
      for (const act of [...acts]) act();
    },
    { once: true },
  );
  return acts;
}

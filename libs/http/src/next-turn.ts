import { setImmediate } from 'node:timers/promises';

let coming: Promise<void> | null = null;

/**
 * Resolves in the next turn of the event loop, and for all who ask in one turn at once: an immediate for each of them costs
 * more than what most of them are waiting to do.
 */
export function nextTurn(): Promise<void> {
  coming ??= setImmediate().then(() => {
    coming = null;
  });
  return coming;
}

import { setImmediate } from 'node:timers/promises';

let coming: Promise<void> | null = null;

/**
 * Resolves when whatever has come in together was taken in, and for all who ask until then at once: an immediate for each of
 * them costs as much as what it waits to do.
 */
export function nextTurn(): Promise<void> {
  coming ??= setImmediate().then(() => {
    coming = null;
  });
  return coming;
}

import { setTimeout as delay } from 'node:timers/promises';

const LOOK_EVERY_MS = 20;

/**
 * Waits until something holds.
 * @throws when it does not within `withinMs` (Default: 8 s)
 */
export async function until(holds: () => boolean | Promise<boolean>, withinMs = 8_000): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error(`it did not come to hold within ${withinMs} ms`);
    await delay(LOOK_EVERY_MS);
  }
}

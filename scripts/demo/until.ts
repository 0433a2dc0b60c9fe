import { setTimeout as delay } from 'node:timers/promises';

/** How long and how often to look. */
export interface Patience {
  readonly withinMs: number;
  readonly everyMs: number;
}

/**
 * Looks again and again until there is an answer.
 * @returns `null` when the time is up
 */
export async function until<T>(look: () => Promise<T | null>, patience: Patience): Promise<T | null> {
  const giveUpAt = performance.now() + patience.withinMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > giveUpAt) return null;
    await delay(patience.everyMs);
  }
}

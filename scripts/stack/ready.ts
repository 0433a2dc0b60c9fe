import { setTimeout as delay } from 'node:timers/promises';
import type { Part } from './part.js';

const POLL_MS = 50;
const ANSWER_MS = 2_000;

/**
 * Waits until a part answers 200 at its readiness URL.
 * @throws Error with the end of its log when it ends or is not ready in time
 */
export async function untilReady(part: Part, url: string, withinMs: number): Promise<void> {
  const giveUp = AbortSignal.timeout(withinMs);
  const asking = (async () => {
    while (!giveUp.aborted) {
      if (await answersOk(url)) return;
      await delay(POLL_MS);
    }
    throw await part.explain(`the ${part.name} was not ready within ${withinMs} ms`);
  })();
  await Promise.race([asking, part.failure()]);
}

async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false; // not listening yet
  }
}

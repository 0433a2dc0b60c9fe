import { request } from 'undici';
import type { SimulatorContext } from '../frame/index.js';
import type { SunshineAccount } from './account.js';
import type { SunshineBehaviour } from './behaviour.js';
import { newBirth } from './change.js';

/** @see PROVIDERS.md 2.8 */
const ATTEMPTS = 5;
const RESPONSE_TIMEOUT_MS = 20_000;
const NON_RECOVERABLE: readonly number[] = [400, 401, 403, 404, 406];

/** What happened, in the event schema's words. */
export interface HappenedEvent {
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

interface Post {
  readonly target: string;
  readonly secret: string;
  readonly body: string;
  readonly attempt: number;
}

/** Posts events to the configured target, as often and with such pauses as the retry policy says. */
export class Webhook {
  constructor(
    private readonly appId: string,
    private readonly settings: () => SunshineBehaviour,
    private readonly context: SimulatorContext,
  ) {}

  /** Returns at once; the post happens when the timers get to it, and ends with them. */
  tell(event: HappenedEvent): void {
    const { webhookTarget: target, webhookSecret: secret, webhookLost, webhookTwice } = this.settings();
    if (target === '' || webhookLost) return;
    const post: Post = { target, secret, body: this.#spell(event), attempt: 1 };
    this.#schedule(0, post);
    if (webhookTwice) this.#schedule(0, post);
  }

  #spell({ type, payload }: HappenedEvent): string {
    const { id, at: createdAt } = newBirth(this.context);
    return JSON.stringify({
      app: { id: this.appId },
      webhook: { id: WEBHOOK_ID, version: 'v2' },
      events: [{ id, createdAt, type, payload }],
    });
  }

  #schedule(delayMs: number, post: Post): void {
    this.context.scheduler.after(delayMs, async (signal) => {
      const isDone = await deliver(post, signal);
      if (isDone || signal.aborted || post.attempt === ATTEMPTS) return;
      const pauseMs = this.settings().webhookRetryMs * 2 ** (post.attempt - 1);
      this.#schedule(pauseMs, { ...post, attempt: post.attempt + 1 });
    });
  }
}

/** Any id will do: one app has one webhook here. */
const WEBHOOK_ID = '5f4eaef81e3dcc117c7ba48a';

/** @returns whether no further attempt is to be made */
async function deliver({ target, secret, body }: Post, signal: AbortSignal): Promise<boolean> {
  try {
    const { statusCode, body: answer } = await request(target, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': secret },
      body,
      headersTimeout: RESPONSE_TIMEOUT_MS,
      // A connection of its own: one kept open would hold up a receiver that wants to close.
      reset: true,
      signal,
    });
    await answer.dump();
    return (statusCode >= 200 && statusCode < 300) || NON_RECOVERABLE.includes(statusCode);
  } catch {
    // Unreachable, cut off or too slow: one more attempt that failed.
    return false;
  }
}

/** @see sunshine.openapi.yaml `userRemoveEvent` */
export function userRemoved(
  account: SunshineAccount,
  type: SunshineBehaviour['deletionEvent'],
): HappenedEvent {
  return { type, payload: { user: truncated(account) } };
}

/** @see sunshine.openapi.yaml `userMergeEvent` */
export function usersMerged(surviving: SunshineAccount, discarded: SunshineAccount): HappenedEvent {
  const mergedUsers = { surviving: truncated(surviving), discarded: truncated(discarded) };
  return { type: 'user:merge', payload: { mergedUsers, reason: 'api' } };
}

function truncated({ id, externalId, authenticated }: SunshineAccount): Record<string, unknown> {
  return { id, externalId, authenticated };
}

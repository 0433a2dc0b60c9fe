import type { Lane } from '#domain';
import { openBackend, type BellQueue, type QueueBackend, type QueueSettings } from './backend.js';
import {
  doorbellSchema,
  MAX_HINTS,
  priorityOf,
  queueNameOf,
  type Doorbell,
  type DoorbellJob,
} from './doorbell.js';
import { SpacedBells } from './spaced-bells.js';

/** How many doorbells of one provider and lane may wait; more would only be answered in vain. */
const OUTSTANDING = 2;
const REACHABLE_WITHIN_MS = 500;
/** Less than an edit waits for company anyway. */
const BELLS_APART_MS = 50;

/** What answers a doorbell: the whole of a worker's work. */
export type AnswerDoorbell = (job: DoorbellJob) => Promise<void>;

/**
 * The seam to BullMQ. Jobs say that work may exist; nothing is owed to one that is lost, doubled or late. No job ids,
 * no retries, no delays and no schedulers: each of them loses work in some way, and Postgres keeps the time.
 */
export class DoorbellQueue implements Doorbell {
  private readonly queues: ReadonlyMap<string, BellQueue>;
  private readonly bells = new SpacedBells(BELLS_APART_MS, (slug, lane, userIds) => {
    this.add(slug, lane, userIds).catch((error: unknown) => {
      this.settings.onError(error instanceof Error ? error : new Error('the doorbell did not ring'));
    });
  });
  private readonly closers: ((graceMs: number) => Promise<void>)[] = [];

  private constructor(
    private readonly backend: QueueBackend,
    private readonly settings: QueueSettings,
    providers: readonly string[],
  ) {
    this.queues = new Map(providers.map((slug) => [slug, backend.openQueue(queueNameOf(slug))]));
  }

  /** @throws when the Postgres backend cannot be set up; a Redis that is away is waited for in the background */
  static async open(settings: QueueSettings, providers: readonly string[]): Promise<DoorbellQueue> {
    return new DoorbellQueue(await openBackend(settings), settings, providers);
  }

  get backendKind(): 'redis' | 'postgres' {
    return this.backend.kind;
  }

  isReachable(): Promise<boolean> {
    return this.backend.isReachable(REACHABLE_WITHIN_MS);
  }

  ring(providers: readonly string[] | 'all', lane: Lane, userIds: readonly string[] = []): void {
    if (!this.backend.isConnected()) return;
    const slugs = providers === 'all' ? [...this.queues.keys()] : providers;
    for (const slug of slugs) this.bells.ring(slug, lane, userIds);
  }

  /**
   * Rings unless enough bells of this provider and lane are waiting already.
   * @returns false when the queue cannot be reached; the caller then answers for itself
   */
  async topUp(provider: string, lane: Lane): Promise<boolean> {
    const queue = this.queues.get(provider);
    if (queue === undefined || !(await this.isReachable())) return false;
    try {
      const priority = priorityOf(lane);
      const counts = await queue.getCountsPerPriority([priority]);
      if ((counts[String(priority)] ?? 0) < OUTSTANDING) await this.add(provider, lane, []);
      return true;
    } catch (error) {
      this.settings.onError(error instanceof Error ? error : new Error('the queue did not answer'));
      return false;
    }
  }

  /** Answers the doorbells of one provider in this process, `concurrency` at a time. */
  answer(provider: string, concurrency: number, answer: AnswerDoorbell): void {
    const worker = this.backend.openWorker(queueNameOf(provider), {
      concurrency,
      process: async (job) => {
        // Thrown, so that a job nobody understands is kept as failed and counted; the worker goes on.
        await answer(doorbellSchema.parse(job.data));
      },
    });
    this.closers.push(async (graceMs) => {
      // A close of a worker whose Redis is away can hang for ever, and a second call only joins the first.
      if (await this.isReachable()) await inTime(worker.close(), graceMs);
      else await inTime(worker.close(true), graceMs);
    });
  }

  /** Ends everything within about `graceMs`, with or without a queue to talk to. */
  async close(graceMs: number): Promise<void> {
    this.bells.close();
    await Promise.all(this.closers.map((close) => close(graceMs)));
    await Promise.all([...this.queues.values()].map((queue) => inTime(queue.close(), graceMs)));
    await inTime(this.backend.close(), graceMs);
  }

  private async add(provider: string, lane: Lane, userIds: readonly string[]): Promise<void> {
    const queue = this.queues.get(provider);
    if (queue === undefined) return;
    const hint = userIds.slice(0, MAX_HINTS);
    const job: DoorbellJob = hint.length === 0 ? { v: 1, provider, lane } : { v: 1, provider, lane, hint };
    await queue.add('doorbell', job, { priority: priorityOf(lane) });
  }
}

/** Waits for an end, but no longer than this; what hangs is left to the process's own end. */
async function inTime(end: Promise<unknown>, graceMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise((resolve) => {
    timer = setTimeout(resolve, graceMs);
  });
  await Promise.race([end.catch(() => undefined), timeout]);
  clearTimeout(timer);
}

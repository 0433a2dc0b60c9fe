import type { Clock, Logger } from '#observability';
import { countAgeing, type Sql } from '#store';

/** Nobody does anything about a deadline in less. */
const LOOK_AGAIN_MS = 60 * 60_000;

/** Warns of erasures that take long, once an hour, well before the law's month is over. */
export class AgeingErasures {
  private nextLookMs = 0;

  constructor(
    private readonly sql: Sql,
    private readonly clock: Clock,
    private readonly log: Pick<Logger, 'warn' | 'error'>,
  ) {}

  async look(): Promise<void> {
    const nowMs = this.clock.monotonicMs();
    if (nowMs < this.nextLookMs) return;
    const { ageing, overdue } = await countAgeing(this.sql);
    this.nextLookMs = nowMs + LOOK_AGAIN_MS;
    if (ageing > 0) this.log.warn('erasures are ageing', { count: ageing });
    if (overdue > 0) this.log.error('erasures are overdue', { count: overdue });
  }
}

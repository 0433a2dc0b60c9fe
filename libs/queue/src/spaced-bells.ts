import type { Lane } from '#domain';

/** Rings one bell of one provider and lane. */
export type RingBell = (provider: string, lane: Lane, userIds: readonly string[]) => void;

interface Silence {
  /** Whom was rung for meanwhile; `null` when nobody rang. */
  hints: Set<string> | null;
}

/**
 * Rings at once, and then again only after a while, for everything that came meanwhile: of a burst of edits each bell
 * would cost more than the edit, and find nothing that the one before has not found. A revocation never waits.
 */
export class SpacedBells {
  private readonly silences = new Map<string, Silence>();
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    private readonly apartMs: number,
    private readonly bell: RingBell,
  ) {}

  ring(provider: string, lane: Lane, userIds: readonly string[]): void {
    if (lane === 'revocation') {
      this.bell(provider, lane, userIds);
      return;
    }
    const silence = this.silences.get(`${lane} ${provider}`);
    if (silence === undefined) this.ringAndKeepSilent(provider, lane, userIds);
    else silence.hints = new Set([...(silence.hints ?? []), ...userIds]);
  }

  /** What waits is not rung for any more: the next tick looks by itself. */
  close(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  private ringAndKeepSilent(provider: string, lane: Lane, userIds: readonly string[]): void {
    const name = `${lane} ${provider}`;
    const silence: Silence = { hints: null };
    this.silences.set(name, silence);
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.silences.delete(name);
      if (silence.hints !== null) this.ringAndKeepSilent(provider, lane, [...silence.hints]);
    }, this.apartMs);
    this.timers.add(timer);
    this.bell(provider, lane, userIds);
  }
}

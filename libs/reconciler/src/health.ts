const WINDOW = 20;
const PROTOCOL_LINKS = 5;
const PROTOCOL_WINDOW_MS = 10 * 60_000;

/** What one worker has lately seen of one provider. Decides when it is the provider that is ill and not a link. */
export class ProviderHealth {
  private reached: boolean[] = [];
  private readonly protocolErrors = new Map<string, number>();
  /** Users whose links were tried again after a halt over unreadable answers. */
  readonly woken = new Set<string>();

  /** True when half of the last twenty calls did not reach the provider. Counting starts over then. */
  recordCall(reached: boolean): boolean {
    this.reached.push(reached);
    if (this.reached.length > WINDOW) this.reached.shift();
    const unreached = this.reached.filter((one) => !one).length;
    const ill = this.reached.length === WINDOW && unreached >= WINDOW / 2;
    if (ill) this.reached = [];
    return ill;
  }

  /** True when five different links met an answer that nobody can read within ten minutes. */
  recordProtocolError(userId: string, nowMs: number): boolean {
    this.protocolErrors.set(userId, nowMs);
    for (const [user, atMs] of this.protocolErrors) {
      if (atMs < nowMs - PROTOCOL_WINDOW_MS) this.protocolErrors.delete(user);
    }
    const ill = this.protocolErrors.size >= PROTOCOL_LINKS;
    if (ill) this.protocolErrors.clear();
    return ill;
  }
}

import { request } from 'undici';
import { z } from 'zod';

export const PROVIDERS = ['vault', 'sunshine', 'passage', 'sendauth'] as const;
export type Provider = (typeof PROVIDERS)[number];

const call = z.object({
  time: z.number(),
  method: z.string(),
  path: z.string(),
  status: z.number(),
  mutated: z.boolean(),
  accountId: z.string().optional(),
});
/** One call as a simulator logged it; `time` is in milliseconds since the epoch. */
export type Call = z.infer<typeof call>;

const summary = z.object({
  accounts: z.number(),
  calls: z.object({ total: z.number(), writes: z.number(), mutating: z.number() }),
});
export type Summary = z.infer<typeof summary>;

/** The simulators' door that no adapter knows: what they were asked, and how they shall behave. */
export class SimulatorControl {
  constructor(private readonly controlUrl: string) {}

  /** Everything as at the start, at one provider. */
  async reset(provider: Provider): Promise<void> {
    await this.ask('POST', `${provider}/reset`);
  }

  async setLatency(provider: Provider, ms: number): Promise<void> {
    await this.ask('POST', `${provider}/latency`, { ms });
  }

  async summary(provider: Provider): Promise<Summary> {
    return summary.parse(await this.ask('GET', `${provider}/summary`));
  }

  /** Every call since the last reset, oldest first. */
  async calls(provider: Provider): Promise<Call[]> {
    return z.array(call).parse(await this.ask('GET', `${provider}/calls`));
  }

  private async ask(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
    const answer = await request(`${this.controlUrl}/providers/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.statusCode !== 200)
      throw new Error(`the simulators answered ${answer.statusCode} to ${method} ${path}`);
    return answer.body.json();
  }
}

/**
 * Calls a second from the first to the last of them, as the provider saw them come.
 * @throws Error when there are too few to tell
 */
export function callsPerSecond(calls: readonly Call[]): number {
  const first = calls[0];
  const last = calls.at(-1);
  if (first === undefined || last === undefined || last.time === first.time)
    throw new Error('too few calls to tell how fast they came');
  return ((calls.length - 1) / (last.time - first.time)) * 1_000;
}

import { request } from 'undici';
import { z } from 'zod';

export const PROVIDERS = ['vault', 'sunshine', 'passage', 'sendauth'] as const;
export type Provider = (typeof PROVIDERS)[number];

const call = z.object({
  seq: z.number(),
  time: z.number(),
  method: z.string(),
  path: z.string(),
  status: z.number(),
  mutated: z.boolean(),
  accountId: z.string().optional(),
});
/** One call as a simulator logged it; `time` is in milliseconds since the epoch. */
export type Call = z.infer<typeof call>;

const account = z.looseObject({ state: z.string() });
export type Account = z.infer<typeof account>;

const summary = z.object({
  accounts: z.number(),
  lastSeq: z.number(),
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

  /** Up to where a provider's log has come. */
  async mark(provider: Provider): Promise<number> {
    return (await this.summary(provider)).lastSeq;
  }

  /** Every call since a mark, oldest first. (Default: since the last reset) */
  async calls(provider: Provider, since = 0): Promise<Call[]> {
    return z.array(call).parse(await this.ask('GET', `${provider}/calls?since=${since}`));
  }

  /** What a provider holds, in its own shape. */
  async accounts(provider: Provider): Promise<Account[]> {
    return z.array(account).parse(await this.ask('GET', `${provider}/accounts`));
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

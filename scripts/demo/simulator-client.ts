import { z } from 'zod';
import { heldAccounts, type HeldAccount } from './accounts.js';
import { PROVIDERS, type Provider } from './expect.js';

const accountsAnswer = z.array(z.looseObject({ state: z.string() }));
const summaryAnswer = z.object({ calls: z.object({ total: z.number(), mutating: z.number() }) });
const ANSWER_MS = 30_000;

/** Asks the simulators what they hold, through the door that no adapter knows. */
export class SimulatorClient {
  constructor(private readonly controlUrl: string) {}

  async accounts(provider: Provider): Promise<HeldAccount[]> {
    return heldAccounts(provider, accountsAnswer.parse(await this.read(`providers/${provider}/accounts`)));
  }

  /** What all four hold. */
  async allAccounts(): Promise<Readonly<Record<Provider, HeldAccount[]>>> {
    const held = await Promise.all(
      PROVIDERS.map(async (provider) => [provider, await this.accounts(provider)]),
    );
    // One entry for each of PROVIDERS, by construction.
    return Object.fromEntries(held) as Record<Provider, HeldAccount[]>;
  }

  /** How many calls a provider was sent, reads and refused ones too. */
  async calls(provider: Provider): Promise<number> {
    return summaryAnswer.parse(await this.read(`providers/${provider}/summary`)).calls.total;
  }

  private async read(path: string): Promise<unknown> {
    const response = await fetch(new URL(path, `${this.controlUrl}/`), {
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (!response.ok) throw new Error(`the simulators answered ${response.status} to GET ${path}`);
    return response.json();
  }
}

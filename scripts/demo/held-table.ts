import Table from 'cli-table3';
import type { HeldAccount } from './accounts.js';
import { PROVIDERS, type Provider } from './expect.js';

/** What each provider holds, and whom it does not: one column a provider. */
export function heldTable(
  accounts: Readonly<Record<Provider, readonly HeldAccount[]>>,
  parked: Readonly<Record<Provider, ReadonlyMap<string, string>>>,
): string {
  const table = new Table({ head: ['', ...PROVIDERS], style: { head: [], border: [], compact: true } });
  const row = (name: string, count: (provider: Provider) => number): void => {
    table.push([
      name,
      ...PROVIDERS.map((provider) => ({ content: count(provider), hAlign: 'right' as const })),
    ]);
  };
  row('live', (provider) => accounts[provider].filter(isLive).length);
  row(
    'suspended or marked',
    (provider) => accounts[provider].filter((account) => isSuspended(account)).length,
  );
  row('soft-deleted', (provider) => accounts[provider].filter(({ state }) => state === 'softDeleted').length);
  for (const reason of reasonsIn(parked)) {
    row(
      `parked: ${reason}`,
      (provider) => [...parked[provider].values()].filter((each) => each === reason).length,
    );
  }
  return table.toString();
}

function isLive({ state, marker }: HeldAccount): boolean {
  return state === 'live' && marker === null;
}

function isSuspended({ state, marker }: HeldAccount): boolean {
  return state === 'suspended' || (state === 'live' && marker !== null);
}

function reasonsIn(parked: Readonly<Record<Provider, ReadonlyMap<string, string>>>): string[] {
  return [...new Set(PROVIDERS.flatMap((provider) => [...parked[provider].values()]))].sort();
}

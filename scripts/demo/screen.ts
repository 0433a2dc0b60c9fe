import Table from 'cli-table3';
import type { Stack } from '../stack/start.js';
import { PROVIDERS } from './expect.js';
import type { WalkStep } from './walk.js';

const DIFFERENCES_SHOWN = 40;

/** Where the demo writes for people. */
export interface Screen {
  readonly isTerminal: boolean;
  say(line: string): void;
}

/** One row for each verb: how the accounts were found at each provider. */
export function walkTable(steps: readonly WalkStep[]): string {
  const table = new Table({
    head: ['', ...PROVIDERS, 'took'],
    style: { head: [], border: [], compact: true },
  });
  for (const { verb, shown, tookMs } of steps) {
    table.push([verb, ...PROVIDERS.map((provider) => shown[provider]), `${tookMs} ms`]);
  }
  return table.toString();
}

/** Says what differs, the first ones in full. */
export function sayDifferences(screen: Screen, differences: readonly string[]): void {
  if (differences.length === 0) return;
  screen.say(`\n${differences.length} things are not as they should be:`);
  for (const difference of differences.slice(0, DIFFERENCES_SHOWN)) screen.say(`  ${difference}`);
  const hidden = differences.length - DIFFERENCES_SHOWN;
  if (hidden > 0) screen.say(`  and ${hidden} more`);
}

/** Where to look around while the demo stays up. */
export function sayUrls(screen: Screen, stack: Stack): void {
  const { adminUrl, adminKey, simulatorsUrl } = stack;
  screen.say(`
Everything stays up until Ctrl-C:
  API documentation  ${adminUrl}/docs
  key                ${adminKey}
  convergence        curl -H 'Authorization: Bearer ${adminKey}' ${adminUrl}/v1/convergence
  simulators         ${simulatorsUrl}/providers
  what Vault holds   ${simulatorsUrl}/providers/vault/accounts
  logs               .rollcall/logs`);
}

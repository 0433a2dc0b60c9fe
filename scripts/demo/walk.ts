import type { RosterRow } from '../roster/row.js';
import type { HeldAccount } from './accounts.js';
import type { AdminClient } from './admin-client.js';
import { expectAt, PROVIDERS, type Provider } from './expect.js';
import { SHOWN_AFTER, shownOf, VERBS, type Verb } from './lifecycle.js';
import type { Person } from './people.js';
import type { SimulatorClient } from './simulator-client.js';
import { until } from './until.js';

/** What one verb came to. */
export interface WalkStep {
  readonly verb: Verb;
  /** How the accounts were found afterwards: one word for all, or several where people differ. */
  readonly shown: Readonly<Record<Provider, string>>;
  readonly tookMs: number;
  /** One readable line for each thing that is not as it should be. */
  readonly differences: readonly string[];
}

/** Whom and what the walk works on. */
export interface WalkWorld {
  readonly admin: AdminClient;
  readonly simulators: SimulatorClient;
  readonly people: readonly Person[];
}

const PATIENCE = { withinMs: 60_000, everyMs: 100 };

/** The first `count` people who have an account of their own everywhere. */
export function choosePeople(
  roster: readonly RosterRow[],
  people: readonly Person[],
  count: number,
): Person[] {
  const expected = PROVIDERS.map((provider) => expectAt(provider, roster));
  const isEverywhere = (key: string): boolean =>
    expected.every((byKey) => {
      const what = byKey.get(key);
      return what?.kind === 'account' && what.contested.length === 0;
    });
  return people.filter((person) => isEverywhere(person.externalKey)).slice(0, count);
}

/** Takes the people through every verb, one after the other, and looks at the providers after each. */
export async function* walk(world: WalkWorld): AsyncGenerator<WalkStep> {
  for (const verb of VERBS) {
    const startedAt = performance.now();
    const before = await revocations(world);
    await Promise.all(world.people.map((person) => world.admin.ask(verb, person.id)));
    const differences = await untilShown(world, verb);
    if (verb === 'deactivate') differences.push(...(await unrevoked(world, before)));
    yield {
      verb,
      shown: await shownNow(world),
      tookMs: Math.round(performance.now() - startedAt),
      differences,
    };
  }
}

/** @returns what still differs when the time is up */
async function untilShown(world: WalkWorld, verb: Verb): Promise<string[]> {
  let differences: string[] = [];
  await until(async () => {
    differences = [...(await differencesAfter(world, verb)), ...(await unsettled(world))];
    return differences.length === 0 ? true : null;
  }, PATIENCE);
  return differences;
}

async function differencesAfter(world: WalkWorld, verb: Verb): Promise<string[]> {
  const accounts = await accountsOf(world);
  return PROVIDERS.flatMap((provider) =>
    world.people.flatMap((person) => {
      const shown = shownOf(accounts[provider].get(person.externalKey));
      const wanted = SHOWN_AFTER[verb][provider];
      return shown === wanted
        ? []
        : [`${provider}: ${person.externalKey} is ${shown} after ${verb}, not ${wanted}`];
    }),
  );
}

async function unsettled(world: WalkWorld): Promise<string[]> {
  const links = await Promise.all(
    world.people.map(async (person) =>
      (await world.admin.links(person.id)).map((link) => ({ ...link, externalKey: person.externalKey })),
    ),
  );
  return links
    .flat()
    .filter(({ standing }) => standing !== 'inSync' && standing !== 'notEnforceable')
    .map(
      ({ provider, externalKey, standing, parked }) =>
        `${provider}: ${externalKey} is ${parked?.reason ?? standing}`,
    );
}

/** The same accounts as at the start, by their ids: a new one in their place would be a loss. */
async function accountsOf({
  simulators,
  people,
}: WalkWorld): Promise<Record<Provider, ReadonlyMap<string, HeldAccount>>> {
  const held = await simulators.allAccounts();
  const entries = PROVIDERS.map((provider) => {
    const byId = new Map(held[provider].map((account) => [account.accountId, account]));
    const own = people.flatMap((person) => {
      const accountId = person.links.find((link) => link.provider === provider)?.accountId ?? '';
      const account = byId.get(accountId);
      return account === undefined ? [] : [[person.externalKey, account] as const];
    });
    return [provider, new Map(own)];
  });
  // One entry for each of PROVIDERS, by construction.
  return Object.fromEntries(entries) as Record<Provider, ReadonlyMap<string, HeldAccount>>;
}

async function shownNow(world: WalkWorld): Promise<Record<Provider, string>> {
  const accounts = await accountsOf(world);
  const entries = PROVIDERS.map((provider) => {
    const shown = world.people.map((person) => shownOf(accounts[provider].get(person.externalKey)));
    return [provider, [...new Set(shown)].join(' / ')];
  });
  // One entry for each of PROVIDERS, by construction.
  return Object.fromEntries(entries) as Record<Provider, string>;
}

/** When each person's tokens were last revoked at Passage, which no call of its API shows. PROVIDERS.md 3.7 */
async function revocations(world: WalkWorld): Promise<ReadonlyMap<string, string | null>> {
  const { passage } = await accountsOf(world);
  return new Map([...passage].map(([key, { attributes }]) => [key, attributes['tokensRevokedAt'] ?? null]));
}

async function unrevoked(world: WalkWorld, before: ReadonlyMap<string, string | null>): Promise<string[]> {
  return [...(await revocations(world))]
    .filter(([key, revokedAt]) => revokedAt === (before.get(key) ?? null))
    .map(([key]) => `passage: the tokens of ${key} were not revoked`);
}

import type { RosterRow } from '../roster/row.js';
import type { HeldAccount } from './accounts.js';
import type { AdminClient } from './admin-client.js';
import { expectAt, PROVIDERS, type Provider } from './expect.js';
import { SHOWN_AFTER, shownOf, STATUS_AFTER, VERBS, type Verb } from './lifecycle.js';
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

/** Whom the walk is shown on: somebody with a Latin name, somebody without, and somebody with a key of an unusual kind. */
const SHOWN: readonly ((row: RosterRow) => boolean)[] = [
  (row) => /^[\p{Script=Latin} ]+$/u.test(row.displayName) && /^emp-/.test(row.externalKey),
  (row) => /^[^\p{Script=Latin}]+$/u.test(row.displayName) && /^emp-/.test(row.externalKey),
  (row) => /[/@]/.test(row.externalKey),
];

/** A few unlike people who have an account of their own everywhere. */
export function choosePeople(roster: readonly RosterRow[], people: readonly Person[]): Person[] {
  const expected = PROVIDERS.map((provider) => expectAt(provider, roster));
  const isEverywhere = (row: RosterRow): boolean =>
    expected.every((byKey) => {
      const what = byKey.get(row.externalKey);
      return what?.kind === 'account' && what.contested.length === 0;
    });
  const keys = SHOWN.map((isShown) => roster.find((row) => isShown(row) && isEverywhere(row))?.externalKey);
  return people.filter((person) => keys.includes(person.externalKey));
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
    differences = [
      ...(await differencesAfter(world, verb)),
      ...(await unsettled(world)),
      ...(await statusesAfter(world, verb)),
    ];
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

/** A purge is over only once its proof is in: the accounts are gone before that. */
async function statusesAfter({ admin, people }: WalkWorld, verb: Verb): Promise<string[]> {
  const statuses = await Promise.all(
    people.map(async ({ id, externalKey }) => [externalKey, await admin.status(id)]),
  );
  return statuses
    .filter(([, status]) => status !== STATUS_AFTER[verb])
    .map(
      ([externalKey, status]) =>
        `${String(externalKey)} is ${String(status)} after ${verb}, not ${STATUS_AFTER[verb]}`,
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

import type { RosterRow } from '../roster/row.js';
import type { HeldAccount } from './accounts.js';
import { expectAt, type Expected, type HeldAttributes, type Provider } from './expect.js';

/** What was found at one provider: the accounts there, and the park reason of each person whose link is parked. */
export interface Found {
  readonly accounts: readonly HeldAccount[];
  /** By externalKey, e.g. `identifier_taken(phone)`. */
  readonly parked: ReadonlyMap<string, string>;
}

/** Whether everyone is held as expected: one readable line for each difference, none when all is well. */
export function differencesAt(provider: Provider, roster: readonly RosterRow[], found: Found): string[] {
  const expected = expectAt(provider, roster);
  const { holders, strays } = assign(provider, expected, found);
  return [
    ...strays,
    ...sharedIdentifiers(provider, found.accounts),
    ...unclaimed(expected, holders),
    ...[...expected].flatMap(([key, what]) =>
      differencesOf(what, holders.get(key), found.parked.get(key)).map(
        (difference) => `${key}: ${difference}`,
      ),
    ),
  ].map((difference) => `${provider}: ${difference}`);
}

interface Assignment {
  /** Accounts by the externalKey of the person whom they stand for. */
  readonly holders: ReadonlyMap<string, HeldAccount>;
  /** Accounts that stand for nobody, or for somebody who has one already. */
  readonly strays: readonly string[];
}

/** Finds out whose each account is, by our key where the provider has one and by its login identifiers elsewhere. */
function assign(
  provider: Provider,
  expected: ReadonlyMap<string, Expected>,
  { accounts, parked }: Found,
): Assignment {
  // Of two people who would be spelt alike there, the account is that of the one who is not parked.
  const everyone = [...expected].sort(
    ([one], [other]) => Number(parked.has(one)) - Number(parked.has(other)),
  );
  const people = everyone.flatMap(([key, what]) =>
    ownKeys(provider, key, what).map((own) => [own, key] as const),
  );
  const byKey = new Map<string, string[]>();
  for (const [own, key] of people) byKey.set(own, [...(byKey.get(own) ?? []), key]);
  const holders = new Map<string, HeldAccount>();
  const strays: string[] = [];
  for (const account of accounts) {
    const candidates = (byKey.get(accountKey(account)) ?? []).filter((key) => !holders.has(key));
    const owner = candidates.find((key) => isExactly(expected.get(key), account)) ?? candidates[0];
    if (owner === undefined)
      strays.push(`the account ${account.accountId} stands for nobody, or for somebody twice`);
    else holders.set(owner, account);
  }
  return { holders, strays };
}

function ownKeys(provider: Provider, externalKey: string, what: Expected): string[] {
  if (provider === 'vault' || provider === 'sunshine') return [externalKey];
  return what.kind === 'account' ? [identityOf(what.attributes)] : [];
}

function accountKey(account: HeldAccount): string {
  return account.remoteKey ?? identityOf(account.attributes);
}

function identityOf({ email, phone }: HeldAttributes): string {
  return email?.toLowerCase() ?? phone ?? '';
}

function isExactly(what: Expected | undefined, account: HeldAccount): boolean {
  return what?.kind === 'account' && unequal(what.attributes, account.attributes).length === 0;
}

function unequal(wanted: HeldAttributes, held: HeldAttributes): string[] {
  return Object.keys(wanted).filter((path) => (wanted[path] ?? null) !== (held[path] ?? null));
}

function differencesOf(
  what: Expected,
  account: HeldAccount | undefined,
  parked: string | undefined,
): string[] {
  if (what.kind === 'account') {
    if (account !== undefined) return [...heldDifferently(what.attributes, account), ...stillParked(parked)];
    const mayLose = what.contested.map(({ attribute }) => `identifier_taken(${attribute})`);
    return parked !== undefined && mayLose.includes(parked) ? [] : [`has no account (${parkedAs(parked)})`];
  }
  const surplus = account === undefined ? [] : [`has the account ${account.accountId}, and should have none`];
  if (what.kind === 'nothing') return [...surplus, ...stillParked(parked)];
  const isParked = what.reasons.some((reason) => parked === reason || parked?.startsWith(`${reason}(`));
  return isParked
    ? surplus
    : [...surplus, `is ${parkedAs(parked)}, not parked for ${what.reasons.join(' or ')}`];
}

function heldDifferently(wanted: HeldAttributes, account: HeldAccount): string[] {
  const state =
    account.state === 'live' && account.marker === null
      ? []
      : [`is ${account.marker ?? account.state}, not live`];
  const attributes = unequal(wanted, account.attributes).map(
    (path) => `${path} is ${shown(account.attributes[path])}, not ${shown(wanted[path])}`,
  );
  return [...state, ...attributes];
}

function stillParked(parked: string | undefined): string[] {
  return parked === undefined ? [] : [`is parked for ${parked}, and should not be`];
}

function parkedAs(parked: string | undefined): string {
  return parked === undefined ? 'not parked' : `parked for ${parked}`;
}

function shown(value: string | null | undefined): string {
  return JSON.stringify(value ?? null);
}

/** Of those who share an identifier, one has to have it. */
function unclaimed(
  expected: ReadonlyMap<string, Expected>,
  holders: ReadonlyMap<string, HeldAccount>,
): string[] {
  const claims = new Map<string, boolean>();
  for (const [key, what] of expected) {
    for (const { attribute, value } of what.kind === 'account' ? what.contested : []) {
      const name = `${attribute} ${JSON.stringify(value)}`;
      claims.set(name, claims.get(name) === true || holders.has(key));
    }
  }
  return [...claims].filter(([, isHeld]) => !isHeld).map(([name]) => `nobody holds the shared ${name}`);
}

/** The attributes that two accounts cannot have in common. PROVIDERS.md 1.6, 2.6, 3.6, 4.6 */
const UNIQUE: Readonly<Record<Provider, readonly string[]>> = {
  vault: ['consumer_id'],
  sunshine: ['id', 'externalId'],
  passage: ['id', 'email', 'phone'],
  sendauth: ['id', 'email'],
};

function sharedIdentifiers(provider: Provider, accounts: readonly HeldAccount[]): string[] {
  return UNIQUE[provider].flatMap((path) => {
    const seen = new Set<string>();
    return accounts.flatMap(({ attributes }) => {
      // Emails are compared as the providers do, without regard to case; ids and keys as they are.
      const value = path === 'email' ? attributes[path]?.toLowerCase() : attributes[path];
      if (value === undefined || value === null) return [];
      const isTwice = seen.has(value);
      seen.add(value);
      return isTwice ? [`two accounts have the ${path} ${JSON.stringify(value)}`] : [];
    });
  });
}

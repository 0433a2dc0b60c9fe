import type { AdminClient, KnownLink, KnownUser } from './admin-client.js';
import { PROVIDERS, type Provider } from './expect.js';

/** Everyone on the roster with their links, as the admin API tells it. */
export interface Person extends KnownUser {
  readonly links: readonly KnownLink[];
}

const AT_ONCE = 16;

/** Reads everyone, some at a time. */
export async function readPeople(admin: AdminClient): Promise<Person[]> {
  const users = await admin.users();
  const people: Person[] = [];
  for (let start = 0; start < users.length; start += AT_ONCE) {
    const some = users.slice(start, start + AT_ONCE);
    people.push(
      ...(await Promise.all(some.map(async (user) => ({ ...user, links: await admin.links(user.id) })))),
    );
  }
  return people;
}

/** Park reasons by provider and externalKey. */
export function parkedAt(people: readonly Person[]): Readonly<Record<Provider, ReadonlyMap<string, string>>> {
  const entries = PROVIDERS.map((provider) => [
    provider,
    new Map(people.flatMap((person) => parksOf(person, provider))),
  ]);
  // One entry for each of PROVIDERS, by construction.
  return Object.fromEntries(entries) as Record<Provider, ReadonlyMap<string, string>>;
}

function parksOf(person: Person, provider: Provider): [string, string][] {
  return person.links.flatMap((link) =>
    link.provider === provider && link.parked !== null ? [[person.externalKey, link.parked.reason]] : [],
  );
}

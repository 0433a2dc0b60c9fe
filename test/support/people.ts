import { createUser, type NewUser, type Roster } from '#store';
import type { User } from '#domain';

/** A person whom every provider can hold. `n` makes the person another one. */
export function person(n: number, more: Partial<NewUser> = {}): NewUser {
  return {
    externalKey: `hr-${n}`,
    email: `person.${n}@example.com`,
    phone: `+4144668${String(n).padStart(4, '0')}`,
    givenName: 'Given',
    familyName: `Family ${n}`,
    displayName: `Person ${n}`,
    company: 'Example',
    ...more,
  };
}

/** Enters people into the roster, one after another, as the API would. */
export async function enter(roster: Roster, people: readonly NewUser[]): Promise<User[]> {
  const users: User[] = [];
  for (const each of people) users.push(await createUser(roster, 'test', each));
  return users;
}

export function range(count: number, from = 1): number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}

/** The one and only of a list. */
export function only<T>(items: readonly T[]): T {
  const [first] = items;
  if (first === undefined || items.length !== 1) throw new Error(`expected one, found ${items.length}`);
  return first;
}

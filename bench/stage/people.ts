import { Readable } from 'node:stream';
import { importUsers, type Roster } from '#store';

/** A row of a roster file. */
export interface PersonRow {
  readonly externalKey: string;
  readonly email: string;
  readonly phone: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly displayName: string;
  readonly company: string;
}

/** Somebody whom every provider can hold. `n` makes the person another one. */
export function personRow(n: number, more: Partial<PersonRow> = {}): PersonRow {
  return {
    externalKey: `hr-${n}`,
    email: `person.${n}@example.com`,
    phone: `+41446${String(n).padStart(6, '0')}`,
    givenName: 'Given',
    familyName: `Family ${n}`,
    displayName: `Person ${n}`,
    company: 'Example',
    ...more,
  };
}

/** The rows of a roster file as NDJSON, one chunk a thousand people. */
export function* rosterFile(count: number, more: Partial<PersonRow> = {}): Generator<Buffer> {
  const A_CHUNK = 1_000;
  for (let from = 1; from <= count; from += A_CHUNK) {
    const length = Math.min(A_CHUNK, count - from + 1);
    const lines = Array.from({ length }, (_, index) => JSON.stringify(personRow(from + index, more)));
    yield Buffer.from(`${lines.join('\n')}\n`);
  }
}

/** Enters people as the API would. @throws Error when one of them is refused */
export async function enterPeople(
  roster: Roster,
  count: number,
  more: Partial<PersonRow> = {},
): Promise<void> {
  const bytes = Readable.from(rosterFile(count, more));
  const { failed } = await importUsers(roster, { actor: 'bench', bytes }, { format: 'ndjson' });
  if (failed > 0) throw new Error(`${failed} people were refused`);
}

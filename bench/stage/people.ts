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

/** Which people a file holds: so many, counted from one on. */
export interface PeopleRange {
  readonly count: number;
  /** (Default: 1) */
  readonly from?: number;
}

/** As many as an import commits at once. */
export const ROWS_AT_ONCE = 1_000;

/** People by the thousand. */
export function* inThousands(
  { count, from = 1 }: PeopleRange,
  more: Partial<PersonRow> = {},
): Generator<PersonRow[]> {
  const end = from + count;
  for (let first = from; first < end; first += ROWS_AT_ONCE) {
    const length = Math.min(ROWS_AT_ONCE, end - first);
    yield Array.from({ length }, (_, index) => personRow(first + index, more));
  }
}

/** The rows of a roster file as NDJSON, one chunk a thousand people. */
export function* rosterFile(range: PeopleRange, more: Partial<PersonRow> = {}): Generator<Buffer> {
  for (const rows of inThousands(range, more))
    yield Buffer.from(`${rows.map((row) => JSON.stringify(row)).join('\n')}\n`);
}

/** Enters people as the API would. @throws Error when one of them is refused */
export async function enterPeople(roster: Roster, count: number, from = 1): Promise<void> {
  const bytes = Readable.from(rosterFile({ count, from }));
  const { failed } = await importUsers(roster, { actor: 'bench', bytes }, { format: 'ndjson' });
  if (failed > 0) throw new Error(`${failed} people were refused`);
}

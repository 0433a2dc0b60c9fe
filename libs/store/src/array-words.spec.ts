import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { arrayInWords } from './array-words.js';
import { type Database, openDatabase } from './database.js';

// Postgres has neither NUL nor halves of surrogate pairs.
const text = fc.oneof(
  fc.string({ unit: 'binary' }).filter((value) => !value.includes('\u0000') && value.isWellFormed()),
  fc.json(),
  fc.constantFrom('', 'NULL', '\\', '"', '\\"', '{a,b}', ' a ', '\n', '\u2028', '\u007f', '\u{20bb7}"'),
);

describe('an array in the words of Postgres', () => {
  let place: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    place = await createTestDatabase();
    database = openDatabase({
      url: place.url,
      poolSize: 1,
      applicationName: 'array-words-test',
      onPoolError: () => undefined,
    });
  });
  afterAll(async () => {
    await database.close();
    await place.drop();
  });

  it('is read there as it was, whatever the texts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(text)), async (items) => {
        const [row] = await database.sql<{ items: string[] }>('SELECT to_json($1::text[]) AS items', [items]);
        expect(row?.items).toEqual(items);
      }),
    );
  });

  it('takes numbers and truth values too', async () => {
    const [row] = await database.sql('SELECT $1::int[] AS ints, $2::bool[] AS bools, $3::text[] AS none', [
      [1, null, -7],
      [true, false],
      [],
    ]);
    expect(row).toEqual({ ints: [1, null, -7], bools: [true, false], none: [] });
  });

  it('leaves to the driver what it does not know', () => {
    expect(arrayInWords([new Date()])).toBeUndefined();
    expect(arrayInWords(['a', ['b']])).toBeUndefined();
    expect(arrayInWords([Buffer.from('a')])).toBeUndefined();
  });
});

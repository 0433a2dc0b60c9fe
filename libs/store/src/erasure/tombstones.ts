import { createHmac } from 'node:crypto';
import { emailKey, type TombstoneKind, type User } from '#domain';
import type { Sql } from '../database.js';
import { Erased, ErasedIdentifier } from './errors.js';

/** What somebody who is entered or edited would be known by. */
export interface Identifiers {
  /** (Default: not asked about) */
  readonly externalKey?: string;
  readonly email: string | null;
}

/**
 * Remembers a person by what they could be entered again with, as keyed hashes. Part of the transaction that opens
 * their erasure: from then on nobody can bring them back by accident.
 */
export async function leaveTombstones(
  sql: Sql,
  hashKey: Buffer,
  user: Pick<User, 'id' | 'externalKey' | 'email'>,
): Promise<void> {
  const kept = hashesOf(hashKey, user);
  await sql(
    `INSERT INTO tombstones (kind, hash, user_id)
     SELECT kind, hash, $3 FROM unnest($1::text[], $2::bytea[]) AS g (kind, hash) ON CONFLICT DO NOTHING`,
    [kept.map(({ kind }) => kind), kept.map(({ hash }) => hash), user.id],
  );
}

/**
 * Says, person by person, whether a tombstone stands over them: by their key, else by their email. By index, and in one
 * statement for all; of many it is asked first whether any stands at all, since hashing them is most of the work.
 */
export async function findTombstones(
  sql: Sql,
  hashKey: Buffer,
  people: readonly Identifiers[],
): Promise<readonly (TombstoneKind | null)[]> {
  if (people.length > 1 && !(await anyStands(sql))) return people.map(() => null);
  const sought = people.map((person) => hashesOf(hashKey, person));
  const all = sought.flat();
  if (all.length === 0) return people.map(() => null);
  const rows = await sql<{ kind: string; hash: Buffer }>(
    `SELECT t.kind, t.hash FROM tombstones t
     JOIN unnest($1::text[], $2::bytea[]) AS g (kind, hash) ON g.kind = t.kind AND g.hash = t.hash`,
    [all.map(({ kind }) => kind), all.map(({ hash }) => hash)],
  );
  const standing = new Set(rows.map(({ kind, hash }) => `${kind} ${hash.toString('hex')}`));
  return sought.map(
    (person) =>
      person.find(({ kind, hash }) => standing.has(`${kind} ${hash.toString('hex')}`))?.kind ?? null,
  );
}

async function anyStands(sql: Sql): Promise<boolean> {
  return (await sql('SELECT 1 FROM tombstones LIMIT 1')).length > 0;
}

/**
 * Refuses whoever an erased person could come back as. The key never changes hands; an email may.
 * @param acknowledgesErased somebody said that the email is another person's now
 * @throws Erased, ErasedIdentifier
 */
export async function requireNoTombstone(
  sql: Sql,
  hashKey: Buffer,
  person: Identifiers,
  acknowledgesErased: boolean,
): Promise<void> {
  const [standing] = await findTombstones(sql, hashKey, [person]);
  if (standing === 'externalKey') throw new Erased('externalKey');
  if (standing === 'email' && !acknowledgesErased) throw new ErasedIdentifier();
}

/** What a person is known by, as hashes. The key first: it never changes hands. */
function hashesOf(hashKey: Buffer, { externalKey, email }: Identifiers): KindAndHash[] {
  return [
    ...(externalKey === undefined ? [] : [hashed(hashKey, 'externalKey', externalKey)]),
    ...(email === null ? [] : [hashed(hashKey, 'email', emailKey(email))]),
  ];
}

interface KindAndHash {
  readonly kind: TombstoneKind;
  readonly hash: Buffer;
}

function hashed(hashKey: Buffer, kind: TombstoneKind, text: string): KindAndHash {
  return { kind, hash: createHmac('sha256', hashKey).update(`tombstone ${kind} ${text}`).digest() };
}

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NewUser } from './input/schema.js';
import { createUser, patchUser, replaceUser } from './edit-user.js';
import { ExternalKeyTaken, RevisionMismatch, TooManyEntries, UserClosed, UserNotFound } from './errors.js';
import { changeStatus } from './change-status.js';
import { findUser, listUsers } from './read-users.js';
import { revisionTag } from './revision.js';
import { openTestRoster, settleAll, type TestRoster } from './roster.harness.js';

const NOBODY = '0196f3a0-0000-7000-8000-000000000000';

describe('users of the roster', () => {
  let roster: TestRoster;
  let count = 0;
  beforeAll(async () => {
    roster = await openTestRoster();
  });
  afterAll(() => roster.close());

  function newUser(more: Partial<NewUser> = {}): NewUser {
    count += 1;
    return { externalKey: `user-${count}`, ...more };
  }
  const linksOf = (userId: string) =>
    roster.sql<{ provider: string; wanted: string; handled: string; lane: number; remote_key: string }>(
      'SELECT provider, wanted, handled, lane, remote_key FROM links WHERE user_id = $1 ORDER BY provider',
      [userId],
    );
  const auditOf = (userId: string) =>
    roster.sql<{ action: string; actor: string; attributes: string[]; values: unknown; hash: string }>(
      `SELECT a.action, a.actor, a.attributes, v.values, encode(a.values_hash, 'hex') AS hash
       FROM audit a LEFT JOIN audit_values v ON v.audit_id = a.id WHERE a.user_id = $1 ORDER BY a.id`,
      [userId],
    );

  it('a new user is there with a live link to every provider and an audit entry', async () => {
    const user = await createUser(
      roster,
      'key:ann',
      newUser({ email: 'Ana@Example.com', tags: { vip: '' } }),
    );
    expect(await findUser(roster.database, user.id)).toEqual(user);
    expect(user).toMatchObject({ status: 'active', statusRevision: 1, attributeRevision: 1, phone: null });
    expect(await linksOf(user.id)).toEqual([
      { provider: 'north', wanted: '1', handled: '0', lane: 2, remote_key: user.externalKey },
      { provider: 'south', wanted: '1', handled: '0', lane: 2, remote_key: user.externalKey },
    ]);
    const [entry, ...more] = await auditOf(user.id);
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ action: 'user.create', actor: 'key:ann' });
    expect(entry?.attributes.sort()).toEqual(['email', 'externalKey', 'tags.vip']);
    expect(entry?.values).toEqual({
      externalKey: user.externalKey,
      email: 'Ana@Example.com',
      'tags.vip': '',
    });
    expect(entry?.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('F13 of forty creates with one key one wins, and the others leave nothing behind', async () => {
    const given = newUser();
    const all = await Promise.allSettled(
      Array.from({ length: 40 }, () => createUser(roster, 'key:a', given)),
    );
    const lost = all.filter((one) => one.status === 'rejected').map((one) => one.reason as unknown);
    expect(lost).toHaveLength(39);
    expect(lost.every((error) => error instanceof ExternalKeyTaken)).toBe(true);
    const rows = await roster.sql('SELECT id FROM users WHERE external_key = $1', [given.externalKey]);
    expect(rows).toHaveLength(1);
    const entries = await roster.sql(`SELECT 1 FROM audit_values WHERE values ->> 'externalKey' = $1`, [
      given.externalKey,
    ]);
    expect(entries).toHaveLength(1);
  });

  it('F15 text comes back as it was given, whatever it holds', async () => {
    const texts = [
      'ﬁ',
      'e\u0301',
      '\u00e9',
      'İstanbul ı',
      'ß',
      '👩‍🚀',
      '\u202eabc',
      "Robert'); DROP TABLE users;--",
      '\\x00 {,"}',
    ];
    for (const text of texts) {
      const attributes = { note: text, flag: true, level: 1.5 };
      const given = newUser({ displayName: text, company: text, attributes, tags: { [text]: text } });
      const { id } = await createUser(roster, 'key:a', given);
      const user = await findUser(roster.database, id);
      expect(user).toMatchObject({ displayName: text, company: text, attributes, tags: { [text]: text } });
    }
  });

  it('a replacement clears what it leaves out, raises the revision and makes the links due', async () => {
    const user = await createUser(roster, 'key:a', newUser({ givenName: 'Ana', attributes: { badge: '1' } }));
    await settleAll(roster);
    const change = { id: user.id, attributes: { familyName: 'Ng' } };
    const written = await replaceUser(roster, 'key:b', change);
    expect(written.changed).toBe(true);
    expect(written.user).toMatchObject({
      givenName: null,
      familyName: 'Ng',
      attributes: {},
      attributeRevision: 2,
    });
    expect(await linksOf(user.id)).toMatchObject([
      { wanted: '2', handled: '1', lane: 2 },
      { wanted: '2', handled: '1', lane: 2 },
    ]);
    expect((await auditOf(user.id)).at(-1)).toMatchObject({
      action: 'user.update',
      values: { givenName: null, familyName: 'Ng', 'attributes.badge': null },
    });
  });

  it('P18 a write that changes nothing writes nothing', async () => {
    const user = await createUser(roster, 'key:a', newUser({ givenName: 'Ana', tags: { a: '1' } }));
    await settleAll(roster);
    const replaced = await replaceUser(roster, 'key:a', {
      id: user.id,
      attributes: { givenName: 'Ana', tags: { a: '1' } },
    });
    const edited = await patchUser(roster, 'key:a', { id: user.id, patch: { tags: { b: null } } });
    expect([replaced.changed, edited.changed]).toEqual([false, false]);
    expect(await findUser(roster.database, user.id)).toEqual(user);
    expect(await linksOf(user.id)).toMatchObject([{ wanted: '1' }, { wanted: '1' }]);
    expect(await auditOf(user.id)).toHaveLength(1);
  });

  it('P14 a patch leaves the rest, clears with null and merges maps', async () => {
    const user = await createUser(
      roster,
      'key:a',
      newUser({ givenName: 'Ana', company: 'Acme', attributes: { a: 1, b: 2 }, tags: { x: '', y: '1' } }),
    );
    const { user: after } = await patchUser(roster, 'key:a', {
      id: user.id,
      patch: { company: null, attributes: { a: null, c: true }, tags: { y: '2' } },
    });
    expect(after).toMatchObject({
      givenName: 'Ana',
      company: null,
      attributes: { b: 2, c: true },
      tags: { x: '', y: '2' },
    });
    const cleared = await patchUser(roster, 'key:a', { id: user.id, patch: { attributes: null } });
    expect(cleared.user.attributes).toEqual({});
  });

  it('a patch cannot grow a map beyond its bound', async () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`k${at}`, at]));
    const user = await createUser(roster, 'key:a', newUser({ attributes: many }));
    const patch = { attributes: { one: 1 } };
    await expect(patchUser(roster, 'key:a', { id: user.id, patch })).rejects.toThrow(TooManyEntries);
  });

  it('P21 of twenty edits from one revision one wins, and nothing of the others stays', async () => {
    const user = await createUser(roster, 'key:a', newUser());
    const expected = [revisionTag(user)];
    const edits = Array.from({ length: 20 }, (_, at) =>
      patchUser(roster, 'key:a', { id: user.id, expected, patch: { company: `c${at}` } }),
    );
    const outcomes = await Promise.allSettled(edits);
    const lost = outcomes.filter((one) => one.status === 'rejected').map((one) => one.reason as unknown);
    expect(lost).toHaveLength(19);
    expect(lost.every((error) => error instanceof RevisionMismatch)).toBe(true);
    expect((await findUser(roster.database, user.id))?.attributeRevision).toBe(2);
    expect(await linksOf(user.id)).toMatchObject([{ wanted: '2' }, { wanted: '2' }]);
  });

  it('P4 a hundred edits at once are each counted, and the last content stands', async () => {
    const user = await createUser(roster, 'key:a', newUser());
    const edits = Array.from({ length: 100 }, (_, at) =>
      patchUser(roster, 'key:a', { id: user.id, patch: { attributes: { [`k${at % 40}`]: at } } }),
    );
    await Promise.all(edits);
    const after = await findUser(roster.database, user.id);
    expect(after?.attributeRevision).toBe(101);
    expect(Object.keys(after?.attributes ?? {})).toHaveLength(40);
  });

  it('a user who is deleted keeps its attributes', async () => {
    const user = await createUser(roster, 'key:a', newUser());
    await changeStatus(roster, 'key:a', { id: user.id, verb: 'delete' });
    await expect(patchUser(roster, 'key:a', { id: user.id, patch: { company: 'x' } })).rejects.toThrow(
      UserClosed,
    );
  });

  it('nobody is found, edited or moved by an id that nobody has', async () => {
    expect(await findUser(roster.database, NOBODY)).toBeNull();
    await expect(patchUser(roster, 'key:a', { id: NOBODY, patch: {} })).rejects.toThrow(UserNotFound);
    await expect(changeStatus(roster, 'key:a', { id: NOBODY, verb: 'delete' })).rejects.toThrow(UserNotFound);
  });

  it('pages hold every user once, whatever is entered meanwhile', async () => {
    const ids = new Set<string>();
    for (let at = 0; at < 7; at += 1)
      ids.add((await createUser(roster, 'key:a', newUser({ company: 'x' }))).id);
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await listUsers(roster.database, { after, limit: 3 });
      expect(page.users.length).toBeLessThanOrEqual(3);
      seen.push(...page.users.map((user) => user.id));
      after = page.next ?? undefined;
      if (seen.length < 9) await createUser(roster, 'key:a', newUser());
    } while (after !== undefined);
    expect(new Set(seen).size).toBe(seen.length);
    expect([...ids].every((id) => seen.includes(id))).toBe(true);
  });

  it('users are found by key, by email in any case, and by status', async () => {
    const user = await createUser(roster, 'key:a', newUser({ email: 'Zoë.Q@Example.com' }));
    const byEmail = await listUsers(roster.database, { limit: 10, email: 'zoe\u0308.q@EXAMPLE.com' });
    const byKey = await listUsers(roster.database, { limit: 10, externalKey: user.externalKey });
    expect([byEmail.users, byKey.users]).toEqual([[user], [user]]);
    const leavers = await listUsers(roster.database, { limit: 10, status: 'purged' });
    expect(leavers).toEqual({ users: [], next: null });
    await expect(listUsers(roster.database, { limit: 201 })).rejects.toThrow(RangeError);
  });
});

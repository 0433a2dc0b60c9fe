import { createHmac } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createUser } from '../roster/edit-user.js';
import { openTestRoster, type TestRoster } from '../roster/roster.harness.js';
import { canonicalJson, type Json } from './canonical-json.js';
import { type AuditEntry, recordAudit } from './record-audit.js';

describe('canonical JSON', () => {
  it('means the same as JSON, and equal values have equal text whatever the order of their keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), (given) => {
        const value = JSON.parse(JSON.stringify(given)) as { [key: string]: Json }; // parsed JSON is Json
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(JSON.parse(canonicalJson(value))).toEqual(value);
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
      }),
    );
  });
});

describe('the audit', () => {
  let roster: TestRoster;
  beforeAll(async () => {
    roster = await openTestRoster([]);
  });
  afterAll(() => roster.close());

  it('D10 keeps values apart, under a hash that only the deployment can make, so that erasing them leaves the entry', async () => {
    const { id } = await createUser(roster, 'key:a', { externalKey: 'k', email: 'ana@example.com' });
    const values = { email: 'ana@example.com', externalKey: 'k' };
    const expected = createHmac('sha256', roster.hashKey).update(canonicalJson(values)).digest('hex');
    const entry = () =>
      roster.sql(
        `SELECT a.action, encode(a.values_hash, 'hex') AS hash, v.values FROM audit a
         LEFT JOIN audit_values v ON v.audit_id = a.id WHERE a.user_id = $1`,
        [id],
      );
    expect(await entry()).toEqual([{ action: 'user.create', hash: expected, values }]);
    await roster.sql('DELETE FROM audit_values WHERE user_id = $1', [id]);
    expect(await entry()).toEqual([{ action: 'user.create', hash: expected, values: null }]);
    const [rest] = await roster.sql<{ text: string }>(
      `SELECT string_agg(audit::text, ' ') AS text FROM audit WHERE user_id = $1`,
      [id],
    );
    expect(rest?.text).not.toContain('ana@example.com');
  });

  it('gives values to their own entry when a user has several in one call', async () => {
    const { id } = await createUser(roster, 'key:a', { externalKey: 'k2' });
    await recordAudit(roster.sql, roster.hashKey, [
      { actor: 'key:a', action: 'user.update', userId: id, values: { company: 'Acme' } },
      { actor: 'key:a', action: 'user.deactivate', userId: id, detail: { from: 'active' } },
    ]);
    const entries = await roster.sql(
      `SELECT a.action, a.attributes, v.values FROM audit a LEFT JOIN audit_values v ON v.audit_id = a.id
       WHERE a.user_id = $1 AND a.action <> 'user.create' ORDER BY a.id`,
      [id],
    );
    expect(entries).toEqual([
      { action: 'user.update', attributes: ['company'], values: { company: 'Acme' } },
      { action: 'user.deactivate', attributes: [], values: null },
    ]);
  });

  describe('beside what the transaction is at already', () => {
    const entries = [{ actor: 'key:a', action: 'user.update', detail: { of: 'statements under way' } }];
    const recorded = async (sql: TestRoster['sql']) =>
      (await sql(`SELECT 1 FROM audit WHERE detail = '{"of": "statements under way"}'`)).length;
    const record = (
      sql: TestRoster['sql'],
      underWay: Promise<unknown>,
      given: readonly AuditEntry[] = entries,
    ) => recordAudit(sql, roster.hashKey, given, underWay);

    it('records nothing before that has succeeded', () =>
      // One connection: what was sent too soon would be done before it can be looked for.
      roster.database.transaction(async (sql) => {
        const before = await recorded(sql);
        const statement = new EventEmitter();
        const recording = record(sql, once(statement, 'success'));
        await recorded(sql);
        expect(await recorded(sql)).toBe(before);
        statement.emit('success');
        await recording;
        expect(await recorded(sql)).toBe(before + 1);
      }));

    it.each([
      ['some entries', entries],
      ['none', []],
    ])('fails and records nothing when that fails, given %s', (_, given) =>
      roster.database.transaction(async (sql) => {
        const before = await recorded(sql);
        const refused = Promise.reject(new Error('refused'));
        await expect(record(sql, refused, given)).rejects.toThrow('refused');
        expect(await recorded(sql)).toBe(before);
      }),
    );

    const unspeakable: AuditEntry = Object.defineProperty(
      { actor: 'key:a', action: 'user.update' },
      'detail',
      {
        get: () => {
          throw new Error('no words');
        },
      },
    );

    it('fails no sooner than that has ended when an entry cannot be put into words', async () => {
      const statement = new EventEmitter();
      const failures: unknown[] = [];
      const recording = record(roster.sql, once(statement, 'success'), [unspeakable]).catch(
        (error: unknown) => {
          failures.push(error);
        },
      );
      await recorded(roster.sql);
      expect(failures).toEqual([]);
      statement.emit('success');
      await recording;
      expect(failures).toEqual([new Error('no words')]);
    });

    it('fails as that does when both fail', async () => {
      const refused = Promise.reject(new Error('refused'));
      await expect(record(roster.sql, refused, [unspeakable])).rejects.toThrow('refused');
    });
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import type { Lane } from '#domain';
import { changeStatus } from '../change-status.js';
import { createUser } from '../edit-user.js';
import { purgeUser } from '../purge-user.js';
import { openTestRoster, settleAll, type TestRoster } from '../roster.harness.js';
import { importUsers, type ImportOptions } from './import-users.js';
import type { ImportReport } from './report.js';

/** Hands bytes over in pieces, so that no test depends on where a piece ends. */
async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) {
    yield bytes.subarray(at, at + size);
    await Promise.resolve();
  }
}

describe('an import', () => {
  let roster: TestRoster;
  let lanes: Lane[];
  beforeEach(async () => {
    roster = await openTestRoster();
    lanes = [];
  });
  afterEach(() => roster.close());

  function load(
    content: string | Buffer,
    more: Partial<ImportOptions> & { piece?: number } = {},
  ): Promise<ImportReport> {
    const { piece = 61, ...options } = more;
    const bytes = inPieces(Buffer.from(content), piece);
    return importUsers(
      roster,
      { actor: 'key:a', bytes },
      {
        format: 'csv',
        onCommitted: (rung) => lanes.push(...rung),
        ...options,
      },
    );
  }
  const ndjson = (rows: readonly object[], more: Partial<ImportOptions> & { piece?: number } = {}) =>
    load(rows.map((row) => JSON.stringify(row)).join('\n'), { format: 'ndjson', ...more });

  /** Everything an import may change, without ids and times. */
  const state = () =>
    roster.sql<{ key: string; email: string | null }>(
      `SELECT u.external_key AS key, u.email, u.phone, u.given_name, u.company, u.attributes, u.tags, u.status,
              u.attribute_revision, u.status_revision,
              (SELECT array_agg(l.provider || ':' || l.wanted || ':' || l.lane ORDER BY l.provider) FROM links l
               WHERE l.user_id = u.id) AS links
       FROM users u ORDER BY u.external_key`,
    );
  const untilSomebodyWaits = async (): Promise<void> => {
    for (let waiting = 0; waiting === 0;) {
      const [row] = await roster.sql<{ n: number }>(
        `SELECT count(*)::int AS n FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      waiting = row?.n ?? 0;
      await setTimeout(5);
    }
  };
  const writes = async () => {
    const [row] = await roster.sql<{ audit: string; links: string; users: string }>(
      `SELECT (SELECT count(*) FROM audit WHERE action <> 'users.import') AS audit,
              (SELECT sum(xmin::text::bigint) FROM links) AS links,
              (SELECT sum(xmin::text::bigint) + sum(xmax::text::bigint) FROM users) AS users`,
    );
    return row;
  };

  it('enters people of every kind, with links in the backfill lane and audit entries', async () => {
    const csv = [
      '\ufeffexternalKey,email,phone,givenName,company,status,tags,attributes.badge',
      'k1,ana+x@example.com,+41446681800,Ána,"Acme, ""Best""",active,team=core;vip,007',
      'k2,,,X,"two\nlines are refused",,,',
      'k3,,,名,,deactivated,,',
    ].join('\r\n');
    const report = await load(csv);
    expect(report).toMatchObject({ received: 3, created: 2, failed: 1, complete: true, applied: true });
    expect(report.errors).toEqual([
      {
        line: 4,
        externalKey: 'k2',
        field: 'company',
        code: 'invalid_value',
        rule: 'holds a control character; remove it',
      },
    ]);
    expect(await state()).toMatchObject([
      {
        key: 'k1',
        email: 'ana+x@example.com',
        phone: '+41446681800',
        given_name: 'Ána',
        company: 'Acme, "Best"',
        attributes: { badge: '007' },
        tags: { team: 'core', vip: '' },
        status: 'active',
        links: ['north:1:3', 'south:1:3'],
      },
      { key: 'k3', given_name: '名', company: null, status: 'deactivated', attributes: {} },
    ]);
    const entries = await roster.sql<{ values: unknown }>(
      `SELECT v.values FROM audit a JOIN audit_values v ON v.audit_id = a.id WHERE a.action = 'user.create' ORDER BY a.id`,
    );
    expect(entries).toHaveLength(2);
    expect(entries[1]?.values).toEqual({ externalKey: 'k3', givenName: '名' });
    expect(lanes).toEqual(['backfill']);
  });

  it('M01 P18 the same file again changes nothing and writes nothing', async () => {
    const rows = Array.from({ length: 2_300 }, (_, at) => ({
      externalKey: `k${at}`,
      email: `u${at}@example.com`,
      attributes: { n: at },
      tags: { t: String(at % 3) },
    }));
    expect(await ndjson(rows, { piece: 4_096 })).toMatchObject({ created: 2_300, failed: 0 });
    const before = await writes();
    expect(await ndjson(rows, { piece: 4_096 })).toMatchObject({ created: 0, updated: 0, unchanged: 2_300 });
    expect(await writes()).toEqual(before);
  });

  it('writes only what differs, leaves what the file does not speak of, and clears what it leaves empty', async () => {
    await load(
      'externalKey,givenName,company,tags,attributes.a,attributes.b\nk1,Ana,Acme,x;y,1,2\nk2,Bo,Acme,,,\n',
    );
    await settleAll(roster);
    const report = await load('externalKey,company,tags,attributes.a\nk1,,z,\nk2,Acme,,\n');
    expect(report).toMatchObject({ updated: 1, unchanged: 1, failed: 0 });
    expect(await state()).toMatchObject([
      {
        key: 'k1',
        given_name: 'Ana',
        company: null,
        tags: { z: '' },
        attributes: { b: '2' },
        attribute_revision: 2,
        links: ['north:2:3', 'south:2:3'],
      },
      { key: 'k2', company: 'Acme', attribute_revision: 1, links: ['north:1:3', 'south:1:3'] },
    ]);
  });

  it('a leaver in the file is deactivated ahead of everything, and may come back', async () => {
    await load('externalKey,status\nk1,active\nk2,active\n');
    await settleAll(roster);
    lanes = [];
    await load('externalKey,status\nk1,deactivated\nk2,\n');
    expect(lanes).toEqual(['revocation']);
    expect(await state()).toMatchObject([
      { key: 'k1', status: 'deactivated', status_revision: 2, links: ['north:2:0', 'south:2:0'] },
      { key: 'k2', status: 'active', status_revision: 1, links: ['north:1:3', 'south:1:3'] },
    ]);
    await settleAll(roster);
    await load('externalKey,status\nk1,active\n');
    expect((await state())[0]).toMatchObject({ status: 'active', links: ['north:3:1', 'south:3:1'] });
  });

  it('P11 an old file brings back nobody who is deleted or being purged', async () => {
    for (const externalKey of ['gone', 'going']) {
      const { id } = await createUser(roster, 'key:a', { externalKey });
      await changeStatus(roster, 'key:a', { id, verb: 'delete' });
      if (externalKey === 'going') await purgeUser(roster, 'key:a', { id, now: new Date() });
    }
    const before = await state();
    const report = await load('externalKey,status,company\ngone,active,x\ngoing,active,x\n');
    expect(report.errors.map((error) => [error.line, error.code])).toEqual([
      [2, 'user_deleted'],
      [3, 'user_purging'],
    ]);
    expect(await state()).toEqual(before);
  });

  /** Imports a file about k1 while another transaction holds k1 changed like this, and then commits. */
  async function importBehind(change: string, file: string): Promise<ImportReport> {
    const other = await roster.database.pool.connect();
    try {
      await other.query('BEGIN');
      await other.query(`UPDATE users SET ${change} WHERE external_key = 'k1'`);
      const importing = load(file);
      await untilSomebodyWaits();
      await other.query('COMMIT');
      return await importing;
    } finally {
      other.release(true);
    }
  }

  it('P11 whoever is deleted while an import waits for the row is decided again', async () => {
    await load('externalKey,company\nk1,Acme\nk2,Acme\n');
    const report = await importBehind(
      `status = 'deleted', status_before_deletion = 'active'`,
      'externalKey,company\nk1,Other\nk2,Other\n',
    );
    expect(report.errors.map(({ line, code }) => [line, code])).toEqual([[2, 'user_deleted']]);
    expect(await state()).toMatchObject([{ company: 'Acme' }, { company: 'Other' }]);
  });

  it('an edit that is made while an import waits for the row is kept beside what the file says', async () => {
    await load('externalKey,company\nk1,Acme\n');
    const report = await importBehind(`given_name = 'Ann'`, 'externalKey,company\nk1,Other\n');
    expect(report).toMatchObject({ updated: 1, failed: 0 });
    expect(await state()).toMatchObject([{ given_name: 'Ann', company: 'Other' }]);
  });

  it('a row that has come true while an import waits for it changes nothing', async () => {
    await load('externalKey,company\nk1,Acme\n');
    const before = await writes();
    const report = await importBehind(`company = 'Other'`, 'externalKey,company\nk1,Other\n');
    expect(report).toMatchObject({ updated: 0, unchanged: 1 });
    expect(await writes()).toMatchObject({ audit: before?.audit, links: before?.links });
  });

  it('a key that comes free while an import waits for its user is given to a new one', async () => {
    await load('externalKey,company\nk1,Acme\n');
    const report = await importBehind(
      `status = 'purged', status_before_deletion = 'active'`,
      'externalKey,company\nk1,Other\n',
    );
    expect(report).toMatchObject({ created: 1, updated: 0 });
  });

  it('M07 two rows with one key must say the same', async () => {
    const report = await load('externalKey,company\nk1,Acme\nk1,Acme\nk1,Other\nk2,\n');
    expect(report).toMatchObject({ received: 4, created: 2, unchanged: 1, failed: 1 });
    expect(report.errors).toEqual([
      {
        line: 4,
        externalKey: 'k1',
        field: 'externalKey',
        code: 'conflicting_row',
        rule: 'differs from line 2, which has the same key; keep one of them',
      },
    ]);
    expect(await state()).toMatchObject([{ key: 'k1', company: 'Acme' }, { key: 'k2' }]);
  });

  it('M05 bad rows are named by line and cost nobody else', async () => {
    const lines = [
      '{"externalKey":"k1"}',
      'not json',
      '',
      '{"externalKey":"k2","email":"nobody"}',
      '{"externalKey":"k3","id":"x"}',
      '["k4"]',
      '{"externalKey":"k5","attributes":{"__proto__":1}}',
      '{"externalKey":"k6"}',
    ];
    const report = await load(lines.join('\n'), { format: 'ndjson' });
    expect(report.errors.map((error) => [error.line, error.field, error.code])).toEqual([
      [2, '', 'not_json'],
      [4, 'email', 'invalid_value'],
      [5, 'id', 'unknown_field'],
      [6, '', 'wrong_type'],
      [7, 'attributes.__proto__', 'invalid_value'],
    ]);
    expect((await state()).map((user) => user.key)).toEqual(['k1', 'k6']);
  });

  it('M05 rows are named by their own lines however many of them arrive at once', async () => {
    const badLines = [100, 101, 250];
    const rows = Array.from({ length: 250 }, (_, at) =>
      badLines.includes(at + 1) ? { externalKey: `k${at}`, email: 'nobody' } : { externalKey: `k${at}` },
    );
    const report = await ndjson(rows, { piece: 1_000_000 });
    expect(report).toMatchObject({ received: 250, created: 247, failed: 3 });
    expect(report.errors).toMatchObject(badLines.map((line) => ({ line, field: 'email' })));
  });

  it('M05 an atomic import keeps all or nothing', async () => {
    const bad = await load('externalKey,email\nk1,\nk2,nobody\n', { atomic: true });
    expect(bad).toMatchObject({ applied: false, created: 0, failed: 1 });
    expect(await state()).toEqual([]);
    expect(lanes).toEqual([]);
    const good = await load('externalKey,email\nk1,\nk2,\n', { atomic: true });
    expect(good).toMatchObject({ applied: true, created: 2 });
    const many = Array.from({ length: 11_001 }, (_, at) => `x${at}`).join('\n');
    await expect(load(`externalKey\n${many}`, { atomic: true, piece: 8_192 })).rejects.toMatchObject({
      code: 'atomic_too_large',
    });
    expect(await state()).toHaveLength(2);
  });

  it.each(['ndjson', 'csv'] as const)('M03 a %s row over 64 KB is an error of its own', async (format) => {
    const long = 'x'.repeat(70_000);
    const file =
      format === 'csv'
        ? `externalKey,company\nk1,a\nk2,${long}\nk3,b\n`
        : `{"externalKey":"k1"}\n{"externalKey":"k2","company":"${long}"}\n{"externalKey":"k3"}`;
    const report = await load(file, { format, piece: 5_000 });
    expect(report.errors).toMatchObject([{ line: format === 'csv' ? 3 : 2, code: 'line_too_long' }]);
    expect((await state()).map((user) => user.key)).toEqual(['k1', 'k3']);
  });

  it('M03 a quote that is never closed stops the file there, with everything before it kept', async () => {
    const report = await load('externalKey,company\nk1,a\nk2,"open\nk3,b\n');
    expect(report).toMatchObject({ created: 1, failed: 1, complete: false });
    expect(report.errors[0]).toMatchObject({ code: 'malformed_csv' });
    expect(report.errors[0]?.line).toBeGreaterThanOrEqual(3);
    const endless = await load(`externalKey,company\nk4,"${'never closed\n'.repeat(200_000)}`, {
      piece: 65_536,
    });
    expect(endless).toMatchObject({ complete: false, errors: [{ code: 'line_too_long' }] });
    expect((await state()).map((user) => user.key)).toEqual(['k1']);
  });

  it('a stray quote costs its own row', async () => {
    const report = await load('externalKey,company\nk1,5" disk\nk2,b\n');
    expect(report).toMatchObject({
      created: 1,
      failed: 1,
      complete: true,
      errors: [{ line: 2, code: 'malformed_csv' }],
    });
    expect(JSON.stringify(report)).not.toContain('disk');
  });

  it('M04 files are UTF-8, with any line end and with or without a byte order mark', async () => {
    for (const [at, end] of ['\n', '\r\n', '\r'].entries()) {
      const report = await load(['externalKey,company', `e${at},Zoë`, ''].join(end));
      expect(report).toMatchObject({ created: 1, failed: 0 });
    }
    const latin1 = Buffer.from('externalKey,company\nl1,ok\nl2,Zo\xeb\nl3,ok\n', 'latin1');
    const refused = await load(latin1);
    expect(refused).toMatchObject({ created: 1, complete: false, errors: [{ line: 3, code: 'not_utf8' }] });
    const lines = Buffer.from('{"externalKey":"n1"}\n{"externalKey":"\xeb"}\n{"externalKey":"n3"}', 'latin1');
    const byLine = await load(lines, { format: 'ndjson' });
    expect(byLine).toMatchObject({ created: 2, complete: true, errors: [{ line: 2, code: 'not_utf8' }] });
    await expect(load(Buffer.from('\ufeffexternalKey\nu1\n', 'utf16le'))).resolves.toMatchObject({
      created: 0,
      complete: false,
      errors: [{ line: 1, code: 'not_utf8' }],
    });
  });

  it.each([
    ['externalKey,Email\nk,\n', 'did you mean "email"'],
    ['externalKey,email,email\nk,,\n', '"email" is there twice'],
    ['email\nx\n', '"externalKey" is missing'],
    ['externalKey,shoe\nk,\n', '"shoe" is unknown'],
    ['externalKey,attributes.\nk,\n', 'is unknown'],
    ['externalKey;email\nk;\n', 'must be separated by commas'],
  ])('M06 the header %j is refused: %s', async (file, why) => {
    await expect(load(file)).rejects.toThrow(why);
    expect(await state()).toEqual([]);
  });

  it.each(['', '\ufeff', 'externalKey,email\n', '\n\n'])(
    'G05 the file %j holds no row and is refused',
    async (file) => {
      await expect(load(file)).rejects.toMatchObject({ name: 'ImportRefused' });
    },
  );

  it('a row with too few or too many cells is named', async () => {
    const report = await load('externalKey,email\nk1\nk2,,\nk3,\n');
    expect(report.errors.map((error) => [error.line, error.code])).toEqual([
      [2, 'wrong_column_count'],
      [3, 'wrong_column_count'],
    ]);
  });

  it('two imports of one file at once enter everybody once', async () => {
    const rows = Array.from({ length: 3_000 }, (_, at) => ({ externalKey: `k${at}`, company: 'Acme' }));
    const [one, two] = await Promise.all([
      ndjson(rows, { piece: 9_000 }),
      ndjson([...rows].reverse(), { piece: 9_000 }),
    ]);
    expect([one.failed, two.failed]).toEqual([0, 0]);
    expect(one.created + two.created).toBe(3_000);
    expect(await state()).toHaveLength(3_000);
    const [links] = await roster.sql<{ count: string }>('SELECT count(*) FROM links');
    expect(links?.count).toBe('6000');
  });

  it('M08 an upload that breaks off keeps exactly whole chunks, and the whole file afterwards completes it', async () => {
    const rows = Array.from({ length: 2_500 }, (_, at) => JSON.stringify({ externalKey: `k${at}` }));
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.from(rows.slice(0, 1_700).join('\n'));
      await Promise.resolve();
      throw new Error('connection lost');
    }
    const options = { format: 'ndjson' } as const;
    await expect(importUsers(roster, { actor: 'key:a', bytes: broken() }, options)).rejects.toThrow(
      'connection lost',
    );
    expect(await state()).toHaveLength(1_000);
    const report = await load(rows.join('\n'), { format: 'ndjson', piece: 9_000 });
    expect(report).toMatchObject({ created: 1_500, unchanged: 1_000, failed: 0 });
  });

  it('M08 a chunk that the database refuses ends the import, not before the chunks beside it are done', async () => {
    const rows = Array.from({ length: 7_000 }, (_, at) => ({
      externalKey: `k${at}`,
      company: at === 1_500 ? 'refused' : 'Acme',
    }));
    await roster.sql(`ALTER TABLE users ADD CONSTRAINT refusing CHECK (company <> 'refused')`);
    await expect(ndjson(rows, { piece: 9_000 })).rejects.toMatchObject({ constraint: 'refusing' });
    const kept = (await state()).map(({ key }) => key);
    expect(kept).toContain('k999');
    expect(kept).not.toContain('k1000');
    expect(kept.length % 1_000).toBe(0);
    expect(kept.length).toBeLessThanOrEqual(3_000);
    expect(
      await roster.sql(
        `SELECT FROM pg_stat_activity WHERE xact_start < now() AND datname = current_database() AND backend_type = 'client backend'`,
      ),
    ).toEqual([]);

    await roster.sql('ALTER TABLE users DROP CONSTRAINT refusing');
    const report = await ndjson(rows, { piece: 9_000 });
    expect(report).toMatchObject({ created: 7_000 - kept.length, unchanged: kept.length, failed: 0 });
  });

  it('reading waits for the database', async () => {
    let read = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      for (let at = 0; at < 20; at += 1) {
        const rows = Array.from({ length: 1_000 }, (_, n) => JSON.stringify({ externalKey: `k${at}-${n}` }));
        read += 1;
        yield Buffer.from(`${rows.join('\n')}\n`);
        await Promise.resolve();
      }
    }
    let committed = 0;
    let furthestAhead = 0;
    await importUsers(
      roster,
      { actor: 'key:a', bytes: endless() },
      {
        format: 'ndjson',
        onCommitted: () => {
          committed += 1;
          furthestAhead = Math.max(furthestAhead, read - committed);
        },
      },
    );
    expect(committed).toBe(20);
    expect(furthestAhead).toBeLessThanOrEqual(3);
  });

  it('M01 the order of rows, and rows said twice, do not matter', async () => {
    const row = fc.record({ externalKey: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f') });
    const people = fc.uniqueArray(
      fc.record({
        externalKey: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
        company: fc.constantFrom('Acme', 'Other', null),
        status: fc.constantFrom('active', 'deactivated'),
        tags: fc.dictionary(
          fc.constantFrom('x', 'y', 'constructor2'),
          fc.string({ maxLength: 5, unit: 'grapheme-ascii' }),
        ),
      }),
      { selector: (person) => person.externalKey, minLength: 1 },
    );
    await fc.assert(
      fc.asyncProperty(
        people,
        fc.infiniteStream(fc.nat()),
        fc.array(row, { maxLength: 3 }),
        async (rows, order, again) => {
          const snapshots: unknown[] = [];
          const twice = [
            ...rows,
            ...rows.filter((one) => again.some((key) => key.externalKey === one.externalKey)),
          ];
          const shuffled = twice
            .map((one) => [order.next().value ?? 0, one] as const)
            .sort((a, b) => a[0] - b[0]);
          for (const file of [rows, shuffled.map(([, one]) => one)]) {
            await roster.sql('TRUNCATE users, links, audit, audit_values CASCADE');
            await ndjson(file);
            snapshots.push(await state());
          }
          expect(snapshots[1]).toEqual(snapshots[0]);
        },
      ),
      { numRuns: 25 },
    );
  });
});

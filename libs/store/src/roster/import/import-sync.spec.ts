import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Allowance, Lane } from '#domain';
import { openDatabase } from '../../database.js';
import { changeStatus } from '../change-status.js';
import { comeBack } from '../come-back.js';
import { createUser } from '../edit-user.js';
import { openTestRoster, type TestRoster } from '../roster.harness.js';
import { importUsers, type ImportOptions } from './import-users.js';
import { ImportRefused, type ImportReport } from './report.js';
import type { SyncOptions } from './roster-sync.js';

const ALLOWANCE: Allowance = { atLeast: 10, percent: 20 };
const NO_LIMIT: Allowance = { atLeast: 0, percent: 100 };

interface Load extends Partial<Omit<ImportOptions, 'sync'>>, Partial<SyncOptions> {
  /** Runs when half of the file is in the database. */
  readonly meanwhile?: () => Promise<unknown>;
  /** The upload breaks off at its end. */
  readonly breaksOff?: boolean;
}

/** Something that others wait for. */
function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return {
    passed,
    open: () => {
      open();
    },
  };
}

describe('an import that knows everybody', () => {
  let roster: TestRoster;
  let lanes: Lane[];
  beforeEach(async () => {
    roster = await openTestRoster();
    lanes = [];
  });
  afterEach(() => roster.close());

  async function* bytesOf(text: string, { meanwhile, breaksOff }: Load): AsyncGenerator<Buffer> {
    const lines = text.split(/(?<=\n)/);
    const half = Math.ceil(lines.length / 2);
    yield await Promise.resolve(Buffer.from(lines.slice(0, half).join('')));
    await meanwhile?.();
    yield Buffer.from(lines.slice(half).join(''));
    if (breaksOff === true) throw new Error('the connection ended');
  }

  function sync(text: string, load: Load = {}): Promise<ImportReport> {
    const { allowance = ALLOWANCE, overrideBudget, ...more } = load;
    return importUsers(
      roster,
      { actor: 'key:hr', bytes: bytesOf(text, load) },
      {
        format: 'csv',
        onCommitted: (rung) => lanes.push(...rung),
        sync: { allowance, overrideBudget },
        ...more,
      },
    );
  }
  const keys = (count: number, from = 1) => Array.from({ length: count }, (_, at) => `k${from + at}`);
  const csv = (given: readonly string[]) => ['externalKey', ...given, ''].join('\n');
  const enter = (given: readonly string[]) =>
    importUsers(roster, { actor: 'key:hr', bytes: bytesOf(csv(given), {}) }, { format: 'csv' });
  const statuses = async () => {
    const rows = await roster.sql<{ status: string; users: number }>(
      'SELECT status, count(*)::int AS users FROM users GROUP BY status ORDER BY status',
    );
    return Object.fromEntries(rows.map(({ status, users }) => [status, users]));
  };
  const idOf = async (key: string) =>
    (await roster.sql<{ id: string }>('SELECT id FROM users WHERE external_key = $1', [key]))[0]?.id ?? '';
  /** The same database, by a role that may do everything with the tables and nothing else. */
  const asAnotherRole = async () => {
    const role = `importer_${roster.newId().replaceAll('-', '')}`;
    await roster.sql(`CREATE ROLE ${role}`);
    await roster.sql(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`);
    await roster.sql(`GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${role}`);
    const url = new URL(roster.database.pool.options.connectionString ?? '');
    url.searchParams.set('options', `-c role=${role}`);
    const settings = { poolSize: 3, applicationName: 'importer', onPoolError: () => undefined };
    const database = openDatabase({ ...settings, url: url.href });
    const close = async () => {
      await database.close();
      await roster.sql(`DROP OWNED BY ${role}`);
      await roster.sql(`DROP ROLE ${role}`);
    };
    return { database, close };
  };
  const marks = () => roster.sql('SELECT FROM roster_sync_unnamed UNION ALL SELECT FROM roster_syncs');

  it('deletes whoever is missing, as anybody is deleted, and says so of each', async () => {
    await enter(keys(30));
    await changeStatus(roster, 'key:hr', { id: await idOf('k30'), verb: 'deactivate' });
    lanes = [];
    const report = await sync(csv(keys(27)));
    expect(report).toMatchObject({ received: 27, unchanged: 27, failed: 0, applied: true });
    expect(report.sync).toEqual({ outcome: 'done', missing: 3, deleted: 3, held: 0, allowed: 10 });
    expect(await statuses()).toEqual({ active: 27, deleted: 3 });
    expect(lanes).toEqual(['revocation']);
    const deleted = await roster.sql(
      `SELECT u.external_key AS key, u.status_before_deletion AS before, a.actor, a.detail->>'reason' AS reason,
              a.detail->>'importId' = f.detail->>'importId' AS "sameImport",
              (SELECT array_agg(l.lane) FROM links l WHERE l.user_id = u.id) AS lanes
       FROM users u JOIN audit a ON a.user_id = u.id AND a.action = 'user.delete'
       JOIN audit f ON f.action = 'users.import' AND f.detail ? 'sync' ORDER BY u.external_key`,
    );
    const line = { actor: 'key:hr', reason: 'missing_from_file', sameImport: true, lanes: [0, 0] };
    expect(deleted).toEqual([
      { key: 'k28', before: 'active', ...line },
      { key: 'k29', before: 'active', ...line },
      { key: 'k30', before: 'deactivated', ...line },
    ]);
    expect(await marks()).toEqual([]);
  });

  it('M01: comes to the same in any order of the file, and the same file again changes nothing', async () => {
    let round = 0;
    const files = fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(files, files, async (before, after) => {
        round += 1;
        const named = (numbers: readonly number[]) => numbers.map((number) => `r${round}-${number}`);
        await enter(named(before));
        await sync(csv(named(after)), { allowance: NO_LIMIT });
        const state = () =>
          roster.sql<{ key: string; status: string }>(
            'SELECT external_key AS key, status, status_revision FROM users ORDER BY 1',
          );
        const settled = await state();
        const open = settled.filter(({ status }) => status === 'active').map(({ key }) => key);
        expect(open).toEqual(named(after).toSorted());
        const again = await sync(csv(named(after.toReversed())), { allowance: NO_LIMIT });
        expect(again.sync).toMatchObject({ outcome: 'done', missing: 0, deleted: 0 });
        expect(await state()).toEqual(settled);
      }),
      { numRuns: 12 },
    );
  });

  it('G04: a file that lost 40 % of its rows deletes nobody, and says how many it would have', async () => {
    await enter(keys(200));
    const report = await sync(csv(keys(120)));
    expect(report.sync).toEqual({
      outcome: 'deletions_held',
      missing: 80,
      deleted: 0,
      held: 80,
      allowed: 40,
    });
    expect([await statuses(), lanes]).toEqual([{ active: 200 }, []]);

    const meant = await sync(csv(keys(120)), { overrideBudget: { reason: 'the site closed' } });
    expect(meant.sync).toEqual({ outcome: 'done', missing: 80, deleted: 80, held: 0, allowed: null });
    expect(await statuses()).toEqual({ active: 120, deleted: 80 });
    const [entry] = await roster.sql(
      `SELECT detail->'sync'->>'overridden' AS reason,
              (SELECT count(*)::int FROM users WHERE budget_override_revision = status_revision) AS passing
       FROM audit WHERE action = 'users.import' ORDER BY id DESC LIMIT 1`,
    );
    expect(entry).toEqual({ reason: 'the site closed', passing: 80 });
  });

  it('G04: a file of other people, however many, does not widen what it may delete', async () => {
    await enter(keys(200));
    const others = csv(keys(1_000, 1_001));
    const report = await sync(others);
    expect(report).toMatchObject({
      created: 1_000,
      sync: { outcome: 'deletions_held', held: 200, allowed: 40 },
    });
    expect(await statuses()).toEqual({ active: 1_200 });
    expect(lanes).not.toContain('revocation');
  });

  it.each([
    [3, 1, ALLOWANCE],
    [10, 5, ALLOWANCE],
    [60, 12, ALLOWANCE],
    [20, 0, { atLeast: 0, percent: 0 }],
  ])('G10: of %i people at most %i go without being asked about', async (people, most, allowance) => {
    await enter(keys(people));
    const over = await sync(csv(keys(people - most - 1)), { allowance });
    expect(over.sync).toMatchObject({ outcome: 'deletions_held', held: most + 1, allowed: most });
    const within = await sync(csv(keys(people - most)), { allowance });
    expect(within.sync).toMatchObject({ outcome: 'done', deleted: most });
  });

  it.each([
    ['holds a row that is refused', 'externalKey,email\nk1,\nk2,nobody\n', {}],
    ['ends in the middle of a row', 'externalKey,email\nk1,\nk2', {}],
    ['ends in the middle of a cell', 'externalKey,email\nk1,\nk2,"', {}],
    ['says two things of one person', 'externalKey,email\nk1,\nk1,a@example.com\nk2,\n', {}],
    ['is not UTF-8 to its end', `externalKey,email\nk1,\nk2,\n`, { latin: true }],
    ['is atomic and holds a row that is refused', 'externalKey,email\nk1,\nk2,nobody\n', { atomic: true }],
  ] as const)(
    'G05: a file that %s deletes nobody',
    async (_, text, { atomic, latin }: { atomic?: true; latin?: true }) => {
      await enter(keys(5));
      const bytes = latin
        ? Buffer.concat([Buffer.from(text), Buffer.from([0x6b, 0xe9, 0x2c, 0x0a])])
        : Buffer.from(text);
      const report = await importUsers(
        roster,
        {
          actor: 'key:hr',
          bytes: (async function* () {
            yield await Promise.resolve(bytes);
          })(),
        },
        { format: 'csv', atomic: atomic ?? false, sync: { allowance: NO_LIMIT } },
      );
      expect(report.failed).toBeGreaterThan(0);
      expect(report.sync).toEqual({
        outcome: 'file_not_whole',
        missing: null,
        deleted: 0,
        held: 0,
        allowed: null,
      });
      expect([await statuses(), await marks()]).toEqual([{ active: 5 }, []]);
    },
  );

  it('G05: neither does one with a header alone, with nothing, or whose upload breaks off', async () => {
    await enter(keys(5));
    for (const text of ['externalKey\n', '']) {
      await expect(sync(text, { allowance: NO_LIMIT })).rejects.toThrow(ImportRefused);
    }
    await expect(sync(csv(keys(4)), { allowance: NO_LIMIT, breaksOff: true })).rejects.toThrow(
      'the connection ended',
    );
    expect([await statuses(), await marks()]).toEqual([{ active: 5 }, []]);
  });

  it('keeps whoever was entered, or brought back, while the file was read', async () => {
    await enter(keys(10));
    const id = await idOf('k9');
    const begun = gate();
    const mayEnd = gate();
    // Begun before the import and committed while it is read: its time is older than the import.
    const late = roster.database.transaction(async (sql) => {
      await sql('SELECT now()');
      begun.open();
      await mayEnd.passed;
      await sql(`INSERT INTO users (id, external_key) VALUES (gen_random_uuid(), 'late')`);
    });
    await begun.passed;
    await roster.sql('SELECT pg_sleep(0.01)');
    const report = await sync(csv(keys(8)), {
      allowance: NO_LIMIT,
      meanwhile: async () => {
        await createUser(roster, 'key:api', { externalKey: 'new' });
        await changeStatus(roster, 'key:api', { id, verb: 'delete' });
        await comeBack(roster, 'key:api', { id, verb: 'restore' });
        mayEnd.open();
        await late;
      },
    });
    expect(report.sync).toMatchObject({ missing: 1, deleted: 1 });
    const kept = await roster.sql<{ key: string }>(
      `SELECT external_key AS key FROM users WHERE status = 'active' ORDER BY 1`,
    );
    expect(kept.map(({ key }) => key)).toEqual([...keys(9), 'late', 'new'].toSorted());
  });

  it('keeps whoever is entered or moved by another role, whose transactions cannot be looked into', async () => {
    await enter(keys(10));
    await changeStatus(roster, 'key:hr', { id: await idOf('k9'), verb: 'deactivate' });
    const [begun, mayEnd] = [gate(), gate()];
    const late = roster.database.transaction(async (sql) => {
      await sql('SELECT now()');
      begun.open();
      await mayEnd.passed;
      await sql(`INSERT INTO users (id, external_key) VALUES (gen_random_uuid(), 'late')`);
      await sql(
        `UPDATE users SET status = 'active', status_revision = status_revision + 1, status_changed_at = now()
         WHERE external_key = 'k9'`,
      );
    });
    await begun.passed;
    await roster.sql('SELECT pg_sleep(0.01)');
    const importer = await asAnotherRole();
    const meanwhile = async () => {
      mayEnd.open();
      await late;
    };
    const report = await importUsers(
      { ...roster, database: importer.database },
      { actor: 'key:hr', bytes: bytesOf(csv(keys(8)), { meanwhile }) },
      { format: 'csv', sync: { allowance: NO_LIMIT } },
    ).finally(importer.close);
    expect(report.sync).toMatchObject({ missing: 1, deleted: 1 });
    const kept = await roster.sql<{ key: string }>(
      `SELECT external_key AS key FROM users WHERE status = 'active' ORDER BY 1`,
    );
    expect(kept.map(({ key }) => key)).toEqual([...keys(9), 'late'].toSorted());
  });

  it('M02: goes on where it was cut off, chunk by chunk, with the same file', async () => {
    await enter(keys(2_500));
    let commits = 0;
    const cut = sync(csv(keys(10)), {
      allowance: NO_LIMIT,
      onCommitted: ([lane]) => {
        if (lane !== 'revocation') return;
        commits += 1;
        throw new Error('the process ends');
      },
    });
    await expect(cut).rejects.toThrow('the process ends');
    expect([commits, await statuses()]).toEqual([1, { active: 1_500, deleted: 1_000 }]);
    expect((await sync(csv(keys(10)), { allowance: NO_LIMIT })).sync).toMatchObject({ deleted: 1_490 });
    expect(await statuses()).toEqual({ active: 10, deleted: 2_490 });
  });

  it('believes no marks that were lost, as in a crash of the database', async () => {
    await enter(keys(10));
    await roster.sql(
      `CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM roster_sync_unnamed; RETURN NULL; END'`,
    );
    await roster.sql(
      'CREATE TRIGGER lose AFTER INSERT ON roster_sync_unnamed FOR EACH STATEMENT EXECUTE FUNCTION lose()',
    );
    const lost = sync(csv(keys(10)), { allowance: NO_LIMIT });
    await expect(lost).rejects.toThrow('marks of an import were lost');
    expect(await statuses()).toEqual({ active: 10 });
  });

  it('tried only, it says what would come of it and writes nothing', async () => {
    await enter(keys(30));
    const before = await statuses();
    const file = csv([...keys(26), 'new']);
    const report = await sync(file, { dryRun: true });
    expect(report).toMatchObject({ received: 27, created: 1, unchanged: 26, applied: false });
    expect(report.sync).toEqual({ outcome: 'dry_run', missing: 4, deleted: 0, held: 0, allowed: 10 });
    expect((await sync(csv(keys(5)), { dryRun: true })).sync).toMatchObject({
      outcome: 'deletions_held',
      held: 25,
    });
    expect([await statuses(), lanes, await marks()]).toEqual([before, [], []]);
    expect((await sync(file)).sync).toMatchObject({ outcome: 'done', deleted: 4 });
  });

  it('takes nobody who is deleted already, and a file that names them is refused that row', async () => {
    await enter(keys(12));
    await changeStatus(roster, 'key:hr', { id: await idOf('k12'), verb: 'delete' });
    expect((await sync(csv(keys(11)))).sync).toMatchObject({ missing: 0, deleted: 0 });
    const report = await sync(csv(keys(1, 12)));
    expect(report.errors).toMatchObject([{ code: 'user_deleted' }]);
    expect(report.sync?.outcome).toBe('file_not_whole');
  });
});

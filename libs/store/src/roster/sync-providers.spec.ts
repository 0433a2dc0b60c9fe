import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { interposed } from '../../../../test/support/interposed.js';
import { createUser } from './edit-user.js';
import { importUsers } from './import/import-users.js';
import { declared, openTestRoster, settleAll, type TestRoster } from './roster.harness.js';
import { RemoteScopeChanged, syncProviders, type ProviderDeclaration } from './sync-providers.js';

describe('configured providers meeting the roster', () => {
  let roster: TestRoster;
  beforeEach(async () => {
    roster = await openTestRoster(['north']);
  });
  afterEach(() => roster.close());
  const enter = async (count: number) => {
    const rows = Array.from({ length: count }, (_, at) => JSON.stringify({ externalKey: `k${at}` }));
    // eslint-disable-next-line @typescript-eslint/require-await -- an import reads asynchronously
    async function* bytes(): AsyncGenerator<Buffer> {
      yield Buffer.from(rows.join('\n'));
    }
    await importUsers(roster, { actor: 'key:a', bytes: bytes() }, { format: 'ndjson' });
  };
  const links = () =>
    roster.sql<{ provider: string; links: number; due: number }>(
      `SELECT provider, count(*)::int AS links, count(*) FILTER (WHERE wanted > handled)::int AS due
       FROM links GROUP BY provider ORDER BY provider`,
    );

  it('a new provider gets a backfill link for everybody who is not being purged', async () => {
    await enter(6_000);
    await settleAll(roster);
    await roster.sql(
      `UPDATE users SET status = 'purging', status_before_deletion = 'active' WHERE external_key = 'k7'`,
    );
    await syncProviders(roster.database, [declared('north'), declared('south')]);
    expect(await links()).toEqual([
      { provider: 'north', links: 6_000, due: 0 },
      { provider: 'south', links: 5_999, due: 5_999 },
    ]);
    const lanes = await roster.sql(
      `SELECT DISTINCT lane, remote_key = 'k1' AS k1 FROM links WHERE provider = 'south'`,
    );
    expect(lanes).toContainEqual({ lane: 3, k1: true });
  });

  it('P18 the same configuration again writes no link', async () => {
    await enter(50);
    await settleAll(roster);
    const before = await roster.sql('SELECT sum(xmin::text::bigint) AS x, count(*) FROM links');
    await syncProviders(roster.database, [declared('north')]);
    expect(await roster.sql('SELECT sum(xmin::text::bigint) AS x, count(*) FROM links')).toEqual(before);
  });

  it('another mapping makes every link due once, and is remembered last', async () => {
    await enter(6_000);
    await settleAll(roster);
    const instances = [declared('north', { mappingVersion: '2' })];
    await syncProviders(roster.database, instances);
    await syncProviders(roster.database, instances);
    expect(await links()).toEqual([{ provider: 'north', links: 6_000, due: 6_000 }]);
    const rows = await roster.sql('SELECT DISTINCT wanted::int, lane FROM links');
    expect(rows).toEqual([{ wanted: 2, lane: 3 }]);
    expect(await roster.sql('SELECT mapping_version FROM providers')).toEqual([
      { mapping_version: '2; deactivated=suspended; deleted=suspended' },
    ]);
  });

  /** Something happens when a start has marked everything and is about to say so. */
  const beforeLastWord = (act: () => Promise<void>) =>
    interposed(roster.database, (text) =>
      text.startsWith('UPDATE providers SET mapping_version') ? act() : Promise.resolve(),
    );

  it('a start that is overtaken by one with other settings does not claim to be the last', async () => {
    await enter(3);
    await settleAll(roster);
    const database = beforeLastWord(async () => {
      await syncProviders(roster.database, [declared('north', { mappingVersion: '3' })]);
    });
    await syncProviders(database, [declared('north', { mappingVersion: '2' })]);
    const policy = '; deactivated=suspended; deleted=suspended';
    expect(await roster.sql('SELECT mapping_version, declaration FROM providers')).toEqual([
      { mapping_version: `3${policy}`, declaration: `3${policy}` },
    ]);
  });

  const inTurn = async (...versions: string[]) => {
    const due: unknown[] = [];
    for (const mappingVersion of versions) {
      await syncProviders(roster.database, [declared('north', { mappingVersion })]);
      due.push((await links())[0]?.due);
      await settleAll(roster);
    }
    return due;
  };

  it('a start that did not get to its end is undone in full by the next with other settings, former ones too', async () => {
    await enter(3);
    await settleAll(roster);
    const dying = beforeLastWord(() => Promise.reject(new Error('killed')));
    const other = [declared('north', { mappingVersion: '2' })];
    await expect(syncProviders(dying, other)).rejects.toThrow('killed');
    await settleAll(roster);
    expect(await inTurn('1', '1', '2', '2')).toEqual([3, 0, 3, 0]);
  });

  it('a start that is overtaken twice, in the end by its like, leaves the last word to that one', async () => {
    await enter(3);
    await settleAll(roster);
    const overtaken = beforeLastWord(async () => {
      const [own] = await roster.sql<{ declaration: string }>('SELECT declaration FROM providers');
      await roster.sql(
        `UPDATE providers SET declaration = 'another', declaration_revision = 5, mapping_version = ''`,
      );
      await roster.sql('UPDATE providers SET declaration = $1, declaration_revision = 6', [own?.declaration]);
    });
    await syncProviders(overtaken, [declared('north', { mappingVersion: '2' })]);
    await settleAll(roster);
    expect(await inTurn('2', '2')).toEqual([3, 0]);
  });

  it('an app that does not mirror has no say in what the accounts look like', async () => {
    await enter(3);
    await settleAll(roster);
    const before = await roster.sql('SELECT mapping_version, declaration FROM providers');
    const other = [declared('north', { mappingVersion: '2' }), declared('south')];
    await syncProviders(roster.database, other, { mirrors: false });
    expect(
      await roster.sql(`SELECT mapping_version, declaration FROM providers WHERE slug = 'north'`),
    ).toEqual(before);
    expect(await links()).toEqual([
      { provider: 'north', links: 3, due: 0 },
      { provider: 'south', links: 3, due: 3 },
    ]);
  });

  it('what was approved under other rules is stale', async () => {
    await enter(1);
    await settleAll(roster);
    await roster.sql(`INSERT INTO plans (id, requested_by) VALUES (gen_random_uuid(), 'test')`);
    await roster.sql(
      `INSERT INTO plan_steps (plan_id, user_id, provider, kinds, reversible, status_revision, attribute_revision,
         observed_state, hash, state)
       SELECT p.id, l.user_id, l.provider, '{update}', true, 1, 1, 'live', '\\x00', 'approved' FROM plans p, links l`,
    );
    await roster.sql('UPDATE links SET approved_plan = (SELECT id FROM plans)');
    expect(await inTurn('2')).toEqual([1]);
    expect(await roster.sql('SELECT p.state, l.approved_plan FROM plan_steps p, links l')).toEqual([
      { state: 'stale', approved_plan: null },
    ]);
  });

  it('another policy makes the links due that it concerns, once, and no others', async () => {
    await enter(8);
    await roster.sql(`UPDATE users SET status = 'deactivated' WHERE external_key IN ('k1', 'k2')`);
    await roster.sql(
      `UPDATE users SET status = 'deleted', status_before_deletion = 'active' WHERE external_key = 'k3'`,
    );
    // Out of scope: shown as deactivated, unless somebody said otherwise.
    await roster.sql(
      `UPDATE links SET assigned = false, assigned_override = CASE WHEN remote_key = 'k5' THEN true END
       WHERE remote_key IN ('k4', 'k5')`,
    );
    await settleAll(roster);
    const dueAfter = async (lowering: ProviderDeclaration['lowering']) => {
      await syncProviders(roster.database, [declared('north', { lowering })]);
      const due = await roster.sql<{ key: string }>(
        'SELECT remote_key AS key FROM links WHERE wanted > handled ORDER BY 1',
      );
      await settleAll(roster);
      return due.map(({ key }) => key);
    };
    const [live, suspended] = [{ state: 'live' }, { state: 'suspended' }] as const;

    expect(await dueAfter({ deactivated: live, deleted: suspended })).toEqual(['k1', 'k2', 'k4']);
    expect(await dueAfter({ deactivated: live, deleted: suspended })).toEqual([]);
    expect(await dueAfter({ deactivated: live, deleted: live })).toEqual(['k3']);
    expect(await dueAfter({ deactivated: suspended, deleted: suspended })).toEqual(['k1', 'k2', 'k3', 'k4']);
  });

  it('a policy that the database knows nothing of is followed once, by whom it concerns', async () => {
    await enter(3);
    await roster.sql(`UPDATE users SET status = 'deactivated' WHERE external_key = 'k1'`);
    await settleAll(roster);
    await roster.sql(`UPDATE providers SET mapping_version = '1'`);
    await syncProviders(roster.database, [declared('north')]);
    await syncProviders(roster.database, [declared('north')]);
    expect(await roster.sql('SELECT remote_key, wanted::int FROM links WHERE wanted > handled')).toEqual([
      { remote_key: 'k1', wanted: 2 },
    ]);
  });

  it('H10 a provider that points elsewhere is refused once it has links, naming it and what to do', async () => {
    const elsewhere = [declared('north', { remoteScope: 'https://staging.example/app' })];
    await syncProviders(roster.database, elsewhere);
    await enter(1);
    const refused = syncProviders(roster.database, [declared('north'), declared('south')]);
    await expect(refused).rejects.toThrow(RemoteScopeChanged);
    await expect(refused).rejects.toThrow(/"north".*Put the former setting back/s);
    expect(await roster.sql('SELECT slug, remote_scope FROM providers')).toEqual([
      { slug: 'north', remote_scope: 'https://staging.example/app' },
    ]);
    await expect(
      syncProviders(roster.database, [{ ...elsewhere[0], ...declared('north', { kind: 'other' }) }]),
    ).rejects.toThrow(RemoteScopeChanged);
  });

  it('a provider that is no longer configured keeps its links, and catches up when it is back', async () => {
    await enter(2);
    expect(await syncProviders(roster.database, [declared('south')])).toEqual({ disabled: ['north'] });
    expect(await syncProviders(roster.database, [declared('south')])).toEqual({ disabled: [] });
    await createUser(roster, 'key:a', { externalKey: 'late' });
    expect(await links()).toMatchObject([
      { provider: 'north', links: 2 },
      { provider: 'south', links: 3 },
    ]);
    await syncProviders(roster.database, [declared('north'), declared('south')]);
    expect(await links()).toMatchObject([
      { provider: 'north', links: 3 },
      { provider: 'south', links: 3 },
    ]);
  });

  it('nobody slips between a start-up and people who are entered meanwhile', async () => {
    const users = Array.from({ length: 60 }, (_, at) =>
      createUser(roster, 'key:a', { externalKey: `u${at}` }),
    );
    const starts = [1, 2, 3].map(() =>
      syncProviders(roster.database, [declared('north'), declared('south')]),
    );
    await Promise.all([...users, ...starts]);
    expect(await links()).toMatchObject([
      { provider: 'north', links: 60 },
      { provider: 'south', links: 60 },
    ]);
  });
});

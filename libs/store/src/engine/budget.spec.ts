import fc from 'fast-check';
import { v7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Allowance, ChangeClass } from '#domain';
import { changeStatus } from '../roster/change-status.js';
import { openTestRoster } from '../roster/roster.harness.js';
import { Links, PROVIDER } from './engine.harness.js';
import { noteFirstSyncs } from './first-sync.js';
import { recordIntents, type IntentScope, type IntendRequest, type Permission } from './intend.js';
import type { RoomEnd } from './settlement.js';
import type { ClaimedLink } from './work.js';

const STEP_OF = { suspend: 'suspend', remove: 'purge', overwrite: 'update', create: 'provision' } as const;

describe('a budget', () => {
  let links: Links;
  beforeAll(async () => {
    links = new Links(await openTestRoster([PROVIDER]));
  });
  afterAll(() => links.roster.close());
  beforeEach(async () => {
    await links.roster.sql('TRUNCATE users, links, intents, audit, audit_values CASCADE');
    await links.roster.sql(`UPDATE budgets SET spent = '{}', linked = NULL, counted_at = NULL`);
    await links.roster.sql('UPDATE providers SET first_synced_at = now()');
  });

  /** Linked users, each claimed. */
  async function claimed(count: number): Promise<ClaimedLink[]> {
    await links.roster.sql(
      `WITH made AS (INSERT INTO users (id, external_key)
         SELECT gen_random_uuid(), 'k' || gen_random_uuid() FROM generate_series(1, $1) RETURNING id, external_key)
       INSERT INTO links (user_id, provider, remote_key, account_id, certainty, observed_state)
       SELECT id, $2, external_key, external_key, 'certain', 'live' FROM made`,
      [count, PROVIDER],
    );
    return links.claimAll({ limit: count });
  }

  const scopeOf = (allowance: Allowance): IntentScope => ({
    provider: PROVIDER,
    allowances: { suspend: allowance, remove: allowance, overwrite: allowance, create: allowance },
  });

  function step(link: ClaimedLink, name: ChangeClass = 'suspend', statusRevision = 1): IntendRequest {
    return {
      id: v7(),
      userId: link.userId,
      leaseToken: link.leaseToken,
      statusRevision,
      attributeRevision: 1,
      assignmentRevision: 0,
      restsOnAttributes: false,
      kind: null,
      accountId: link.accountId,
      remoteKey: link.remoteKey,
      lookupKeys: [],
      owes: [],
      charge: { class: name, kind: STEP_OF[name], state: 'live' },
    };
  }

  const ask = (allowance: Allowance, requests: readonly IntendRequest[]) =>
    recordIntents(links.roster.sql, scopeOf(allowance), requests);
  const countOf = (answers: readonly Permission[], kind: Permission['kind']) =>
    answers.filter((answer) => answer.kind === kind).length;
  const spent = async (name: ChangeClass = 'suspend') => {
    const [row] = await links.roster.sql<{ spent: string }>(
      `SELECT budget_spent(spent, 0) AS spent FROM budgets WHERE class = $1`,
      [name],
    );
    return Number(row?.spent);
  };

  it('grants what there is room for, and holds the rest', async () => {
    const all = await claimed(200);
    const answers = await ask(
      { atLeast: 3, percent: 5 },
      all.map((link) => step(link)),
    );
    expect([countOf(answers, 'go'), countOf(answers, 'held')]).toEqual([10, 190]);
    expect(await spent()).toBe(10);
  });

  it.each([
    { linked: 200, atLeast: 3, percent: 0, limit: 3, why: 'the number alone' },
    { linked: 200, atLeast: 0, percent: 0, limit: 0, why: 'nothing goes without approval' },
    { linked: 3, atLeast: 0, percent: 0, limit: 0, why: 'nothing, however few there are' },
    { linked: 200, atLeast: 0, percent: 100, limit: 200, why: 'no limit' },
    { linked: 3, atLeast: 0, percent: 100, limit: 3, why: 'no limit, however few there are' },
    { linked: 3, atLeast: 25, percent: 5, limit: 1, why: 'G10: at most half' },
    { linked: 1, atLeast: 25, percent: 5, limit: 1, why: 'one person is no mass' },
    { linked: 99, atLeast: 100, percent: 20, limit: 49, why: 'half' },
    { linked: 100, atLeast: 100, percent: 20, limit: 100, why: 'from here on the number' },
    { linked: 150, atLeast: 0, percent: 1.5, limit: 2, why: 'shares are rounded down' },
  ])('G10: of $linked linked users lets $limit go at $atLeast,$percent%: $why', async (one) => {
    const all = await claimed(one.linked);
    const answers = await ask(
      one,
      all.map((link) => step(link)),
    );
    expect(countOf(answers, 'go')).toBe(one.limit);
  });

  it.each([
    { linked: 20, atLeast: 25, percent: 5, limit: 10, next: 5, why: 'half' },
    { linked: 105, atLeast: 0, percent: 20, limit: 21, next: 16, why: 'a share' },
  ])(
    'removes $why of those who were there when the hour began, however many are gone by then',
    async (one) => {
      let left = (await claimed(one.linked)).map((link) => step(link, 'remove'));
      const remove = async (most: number) => {
        const some = left.slice(0, most);
        const answers = await ask(one, some);
        const gone = some.filter((_, at) => answers[at]?.kind === 'go').map(({ userId }) => userId);
        left = left.filter(({ userId }) => !gone.includes(userId));
        await links.roster.sql('UPDATE links SET account_id = NULL WHERE user_id = ANY($1::uuid[])', [gone]);
        await links.roster.sql('UPDATE budgets SET counted_at = NULL');
        return gone.length;
      };
      expect(await remove(one.limit - 1)).toBe(one.limit - 1);
      expect(await remove(5)).toBe(1);
      expect(await remove(5)).toBe(0);
      // Whoever went longer ago is no part of the population any more.
      await links.roster.sql('UPDATE links SET granted_minute = granted_minute - 62');
      await links.roster.sql(`UPDATE budgets SET spent = '{}'`);
      expect(await remove(one.linked)).toBe(one.next);
    },
  );

  it('counts each class by itself, and creates not against half of a small roster', async () => {
    const all = await claimed(20);
    const allowance = { atLeast: 15, percent: 0 };
    for (const [name, limit] of [
      ['suspend', 10],
      ['remove', 10],
      ['overwrite', 10],
      ['create', 15],
    ] as const) {
      const answers = await ask(
        allowance,
        all.map((link) => step(link, name)),
      );
      expect([name, countOf(answers, 'go')]).toEqual([name, limit]);
    }
  });

  it('lets creates go uncounted until everything was handled for the first time, and nobody came for a while', async () => {
    await links.roster.sql('UPDATE providers SET first_synced_at = NULL');
    const all = await claimed(10);
    const creates = all.map((link) => step(link, 'create'));
    await noteFirstSyncs(links.roster.sql);
    expect(countOf(await ask({ atLeast: 0, percent: 0 }, creates), 'go')).toBe(10);
    expect(await spent('create')).toBe(0);
    for (const link of all) await links.settle(link);
    await noteFirstSyncs(links.roster.sql);
    expect(await links.roster.sql('SELECT FROM providers WHERE first_synced_at IS NOT NULL')).toEqual([]);
    // Somebody is always being edited; that makes nobody new.
    await links.roster.sql(
      `UPDATE links SET created_at = now() - interval '11 minutes', wanted = wanted + 1`,
    );
    await noteFirstSyncs(links.roster.sql);
    const again = await links.claimAll();
    const answers = await ask(
      { atLeast: 0, percent: 0 },
      again.map((link) => step(link, 'create')),
    );
    expect(countOf(answers, 'held')).toBe(10);
  });

  it('G09: a budget that is not there has no room', async () => {
    const [link] = await claimed(1);
    await links.roster.sql(`DELETE FROM budgets WHERE class = 'remove'`);
    const answers = link === undefined ? [] : await ask({ atLeast: 5, percent: 100 }, [step(link, 'remove')]);
    await links.roster.sql(`INSERT INTO budgets (provider, class) VALUES ($1, 'remove')`, [PROVIDER]);
    expect(answers).toEqual([{ kind: 'held' }]);
  });

  it('forgets after an hour, and not before', async () => {
    const all = await claimed(150);
    const one = { atLeast: 1, percent: 0 };
    const [first, second] = all.map((link) => step(link));
    if (first === undefined || second === undefined) throw new Error('nobody was claimed');
    const minutesAgo = (minutes: number) =>
      links.roster.sql(
        `UPDATE budgets SET spent = jsonb_build_object((floor(extract(epoch FROM now()) / 60) - $1)::bigint::text, 1)`,
        [minutes],
      );
    await minutesAgo(59);
    expect(await ask(one, [first])).toEqual([{ kind: 'held' }]);
    await minutesAgo(62);
    expect(countOf(await ask(one, [first]), 'go')).toBe(1);
    expect(await spent()).toBe(1);
  });

  it('takes no second room for a step whose first try has no outcome yet', async () => {
    const [link] = await claimed(150);
    if (link === undefined) throw new Error('nobody was claimed');
    const one = { atLeast: 1, percent: 0 };
    const first = await ask(one, [step(link)]);
    await links.settle(link, { outcome: 'again', room: 'kept' });
    const [again] = await links.claimAll({ userIds: [link.userId] });
    expect(again === undefined ? [] : await ask(one, [step(again)])).toEqual(first);
    expect(await spent()).toBe(1);
  });

  it('counts people, not steps: who was shut out within the hour may be again, and gives nothing back for it', async () => {
    const [link, other] = await claimed(150);
    if (link === undefined || other === undefined) throw new Error('too few');
    const one = { atLeast: 1, percent: 0 };
    await ask(one, [step(link)]);
    await links.settle(link, { outcome: 'again', room: 'used' });
    await links.roster.sql('UPDATE users SET status_revision = 3');
    const [again] = await links.claimAll({ userIds: [link.userId] });
    const answers = again === undefined ? [] : await ask(one, [step(again, 'suspend', 3)]);
    expect(answers).toEqual([{ kind: 'go', grant: null }]);
    expect(await ask(one, [step(other, 'suspend', 3)])).toEqual([{ kind: 'held' }]);
    expect(await spent()).toBe(1);
  });

  it('gets back what was not used, and keeps what was', async () => {
    const all = await claimed(150);
    const two = { atLeast: 2, percent: 0 };
    const [one, other, third] = all;
    if (one === undefined || other === undefined || third === undefined) throw new Error('too few');
    const [granted] = await ask(two, [step(one), step(other)].slice(0, 1));
    await ask(two, [step(other)]);
    const grant = granted?.kind === 'go' ? granted.grant : null;
    if (grant === null) throw new Error('no room was taken');
    expect(await ask(two, [step(third)])).toEqual([{ kind: 'held' }]);
    await links.settle(one, { room: { unused: grant } });
    await links.settle(other, { room: 'used' });
    expect(await spent()).toBe(1);
    expect(countOf(await ask(two, [step(third)]), 'go')).toBe(1);
  });

  it('gives nothing back for a worker that lost its lease', async () => {
    const [link] = await claimed(150);
    if (link === undefined) throw new Error('nobody was claimed');
    const [granted] = await ask({ atLeast: 1, percent: 0 }, [step(link)]);
    const grant = granted?.kind === 'go' ? granted.grant : null;
    if (grant === null) throw new Error('no room was taken');
    await links.settle({ ...link, leaseToken: v7() }, { room: { unused: grant } });
    expect(await spent()).toBe(1);
  });

  it('is passed over for the status that somebody asked it to be, and for no other', async () => {
    const user = await links.enterInSync('a-1');
    const move = { id: user.id, overrideBudget: { reason: 'the site closes' } } as const;
    await changeStatus(links.roster, 'key:a', { ...move, verb: 'deactivate' });
    const none = { atLeast: 0, percent: 0 };
    expect(await ask(none, [step(await links.claim(user), 'suspend', 2)])).toEqual([
      { kind: 'go', grant: null },
    ]);
    await links.set(user, 'in_flight = false, lease_token = NULL');
    await changeStatus(links.roster, 'key:a', { id: user.id, verb: 'delete' });
    expect(await ask(none, [step(await links.claim(user), 'suspend', 3)])).toEqual([{ kind: 'held' }]);
    const entries = await links.roster.sql(
      `SELECT a.actor, a.attributes, v.values FROM audit a JOIN audit_values v ON v.audit_id = a.id
       WHERE a.action = 'user.overrideBudget'`,
    );
    expect(entries).toEqual([
      { actor: 'key:a', attributes: ['reason'], values: { reason: 'the site closes' } },
    ]);
  });

  it('G03: never goes beyond its limit, whoever reserves and returns at the same time', async () => {
    const LIMIT = 7;
    const allowance = { atLeast: LIMIT, percent: 0 };
    const round = fc.array(
      fc.record({ asks: fc.integer({ min: 1, max: 6 }), end: fc.constantFrom('used', 'unused', 'kept') }),
      { minLength: 1, maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 4 }), async (rounds) => {
        await links.roster.sql('TRUNCATE users, links, intents, audit, audit_values CASCADE');
        await links.roster.sql(`UPDATE budgets SET spent = '{}', linked = NULL, counted_at = NULL`);
        const all = await claimed(rounds.flat().reduce((sum, batch) => sum + batch.asks, 100));
        let taken = 0;
        for (const batches of rounds) {
          const ends = await Promise.all(
            batches.map(async ({ asks, end }) => {
              const mine = all.splice(0, asks);
              const answers = await ask(
                allowance,
                mine.map((link) => step(link)),
              );
              const granted = mine.flatMap((link, at) => {
                const answer = answers[at];
                return answer?.kind === 'go' && answer.grant !== null ? [{ link, grant: answer.grant }] : [];
              });
              await Promise.all(
                granted.map(({ link, grant }) => {
                  const room: RoomEnd =
                    end === 'unused' ? { unused: grant } : end === 'kept' ? 'kept' : 'used';
                  return links.settle(link, { room });
                }),
              );
              return end === 'unused' ? 0 : granted.length;
            }),
          );
          taken += ends.reduce((sum, count) => sum + count, 0);
          expect(taken).toBeLessThanOrEqual(LIMIT);
          expect(await spent()).toBe(taken);
        }
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { changeStatus } from './change-status.js';
import { comeBack, type ReturnRequest } from './come-back.js';
import { RevisionMismatch, TransitionRefused } from './errors.js';
import { purgeUser } from './purge-user.js';
import { revisionTag } from './revision.js';
import { enterSettled, openTestRoster, settleAll, type TestRoster } from './roster.harness.js';

describe('somebody who is asked back', () => {
  let roster: TestRoster;
  beforeAll(async () => {
    roster = await openTestRoster();
  });
  afterAll(() => roster.close());

  const newUser = () => enterSettled(roster);
  const ask = (id: string, verb: ReturnRequest['verb'], more: Partial<ReturnRequest> = {}) =>
    comeBack(roster, 'key:a', { id, verb, recreate: false, ...more });
  const move = (id: string, verb: 'deactivate' | 'delete') => changeStatus(roster, 'key:a', { id, verb });
  const permissions = async (id: string) => {
    const rows = await roster.sql<{ given: boolean; due: boolean; certainty: string }>(
      `SELECT recreate_from = wanted AS given, wanted > handled AS due, certainty FROM links WHERE user_id = $1`,
      [id],
    );
    return rows;
  };

  it('is told of with what the links said before the move', async () => {
    const { id } = await newUser();
    await roster.sql(
      `UPDATE links SET account_id = 'a1', observed_state = 'absent', park_code = 'identifier_taken',
         park_attribute = 'email', park_rule = 'a rule' WHERE user_id = $1 AND provider = 'north'`,
      [id],
    );
    await move(id, 'delete');
    await settleAll(roster);
    await roster.sql(`UPDATE links SET in_flight = true WHERE user_id = $1 AND provider = 'south'`, [id]);
    const { user, changed, links } = await ask(id, 'restore');
    expect([user.status, changed]).toEqual(['active', true]);
    expect(links).toMatchObject([
      {
        provider: 'north',
        accountId: 'a1',
        observedState: 'absent',
        park: { code: 'identifier_taken', attribute: 'email', rule: 'a rule' },
        isSettled: true,
        mayRecreate: false,
      },
      { provider: 'south', accountId: null, observedState: null, park: null, isSettled: false },
    ]);
  });

  it('D12 may be given a permission for a new account, which is doubtful until it is read', async () => {
    const { id } = await newUser();
    await move(id, 'deactivate');
    await settleAll(roster);
    const { links } = await ask(id, 'reactivate', { recreate: true });
    expect(links.map(({ mayRecreate }) => mayRecreate)).toEqual([true, true]);
    const given = { given: true, due: true, certainty: 'stale' };
    expect(await permissions(id)).toEqual([given, given]);
    const [entry] = await roster.sql(
      `SELECT detail FROM audit WHERE user_id = $1 AND action = 'user.allowRecreation'`,
      [id],
    );
    expect(entry).toEqual({ detail: { verb: 'reactivate' } });
  });

  it('D12 keeps a permission over a request that changes nothing, and loses it with the status', async () => {
    const { id, statusRevision } = await newUser();
    const first = await ask(id, 'reactivate', { recreate: true });
    expect([first.changed, first.user.statusRevision]).toEqual([true, statusRevision]);
    const second = await ask(id, 'reactivate');
    expect([second.changed, second.links.map(({ mayRecreate }) => mayRecreate)]).toEqual([
      false,
      [true, true],
    ]);
    await move(id, 'deactivate');
    expect((await permissions(id)).map(({ given }) => given)).toEqual([null, null]);
    expect((await ask(id, 'reactivate')).links.map(({ mayRecreate }) => mayRecreate)).toEqual([false, false]);
  });

  it('gets no permission that could not be used', async () => {
    const { id } = await newUser();
    await move(id, 'deactivate');
    await move(id, 'delete');
    const { user, links } = await ask(id, 'restore', { recreate: true });
    expect(user.status).toBe('deactivated');
    expect(links.map(({ mayRecreate }) => mayRecreate)).toEqual([false, false]);
    expect((await permissions(id)).map(({ given }) => given)).toEqual([null, null]);
  });

  it('is refused like any other move, and then nothing is permitted', async () => {
    const user = await newUser();
    await move(user.id, 'delete');
    const late = ask(user.id, 'restore', { recreate: true, expected: [revisionTag(user)] });
    await expect(late).rejects.toThrow(RevisionMismatch);
    await expect(ask(user.id, 'reactivate', { recreate: true })).rejects.toThrow(TransitionRefused);
    await purgeUser(roster, 'key:a', { id: user.id, now: new Date() });
    await expect(ask(user.id, 'restore', { recreate: true })).rejects.toThrow(TransitionRefused);
    expect((await permissions(user.id)).map(({ given }) => given)).toEqual([null, null]);
  });

  it('D12 is permitted a new account only where one is to be: a permission that sleeps is used unasked', async () => {
    const { id } = await newUser();
    await roster.sql(`UPDATE links SET assigned = false WHERE user_id = $1 AND provider = 'south'`, [id]);
    const first = await ask(id, 'reactivate', { recreate: true });
    expect(first.links.map(({ mayRecreate }) => mayRecreate)).toEqual([true, false]);
    await roster.sql(`UPDATE links SET recreate_from = NULL, assigned = true WHERE user_id = $1`, [id]);
    await roster.sql(`UPDATE providers SET enabled = false WHERE slug = 'north'`);
    const second = await ask(id, 'reactivate', { recreate: true });
    await roster.sql(`UPDATE providers SET enabled = true WHERE slug = 'north'`);
    expect(second.links.map(({ mayRecreate }) => mayRecreate)).toEqual([false, true]);
    expect((await permissions(id)).map(({ given }) => given)).toEqual([null, true]);
  });

  it.each([
    ['open', 'create', null, null],
    ['rejected', 'create', 'rejected', null],
    ['approved', 'create', 'approved', 'create'],
    ['open', 'overwrite', null, 'overwrite'],
  ] as const)('D12 with a permission has an %s hold of class %s asked afresh, or kept', async (...one) => {
    const [, held, decision, after] = one;
    const { id } = await newUser();
    await roster.sql(
      `UPDATE links SET held_class = $2, held_step = 'provision', held_decision = $3, held_status_revision = 1,
         held_state = 'absent', held_at = now() WHERE user_id = $1`,
      [id, held, decision],
    );
    const { links } = await ask(id, 'reactivate', { recreate: true });
    expect(links.map(({ hold }) => hold)).toEqual(Array(2).fill(decision === 'approved' ? null : held));
    const rows = await roster.sql('SELECT held_class, held_step FROM links WHERE user_id = $1', [id]);
    expect(rows).toEqual(Array(2).fill({ held_class: after, held_step: after && 'provision' }));
  });

  it('is told of what stands in the way of a provider and of a profile that was erased meanwhile', async () => {
    const { id } = await newUser();
    await move(id, 'delete');
    await roster.sql(`UPDATE links SET owed = '{eraseProfile}' WHERE user_id = $1 AND provider = 'north'`, [
      id,
    ]);
    await roster.sql(`UPDATE providers SET halt_scope = 'creates' WHERE slug = 'south'`);
    const seen = async (verb: 'restore' | 'reactivate') =>
      (await ask(id, verb)).links.map(({ halt, isProfileErased }) => [halt, isProfileErased]);
    expect(await seen('restore')).toEqual([
      [null, true],
      ['creates', false],
    ]);
    await move(id, 'delete');
    await roster.sql(`UPDATE links SET owed = '{}' WHERE user_id = $1`, [id]);
    await roster.sql(
      `INSERT INTO audit (actor, action, user_id, provider, detail)
       VALUES ('engine', 'provider.discharge', $1, 'south', '{"effect": "eraseProfile", "outcome": "acknowledged"}')`,
      [id],
    );
    expect((await seen('restore')).map(([, isErased]) => isErased)).toEqual([false, true]);
    await roster.sql(`UPDATE users SET status_changed_at = status_changed_at + interval '1 second'`);
    expect((await seen('reactivate')).map(([, isErased]) => isErased)).toEqual([false, false]);
    await roster.sql(`UPDATE providers SET halt_scope = NULL`);
  });
});

import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { User } from '#domain';
import { createUser, patchUser } from './edit-user.js';
import { ErasureInFlight, LegalHoldStands, RevisionMismatch, StatusRefused } from './errors.js';
import { beginAccountCall } from './account-calls.js';
import { liftLegalHold, placeLegalHold } from './legal-hold.js';
import { purgeUser } from './purge-user.js';
import { startDuePurges } from './purges.js';
import { startRetentionPurges } from './retention.js';
import { findUser } from './read-users.js';
import { revisionTag } from './revision.js';
import { askFor, openTestRoster, type Reversible, settleAll, type TestRoster } from './roster.harness.js';

const NOW = new Date('2026-11-21T12:00:00Z');
const LATER = new Date('2026-12-21T12:00:00Z');

describe('a legal hold', () => {
  let roster: TestRoster;
  let count = 0;
  beforeAll(async () => {
    roster = await openTestRoster();
  });
  afterAll(() => roster.close());

  async function deletedUser(): Promise<User> {
    count += 1;
    const { id } = await createUser(roster, 'key:a', { externalKey: `held-${count}` });
    const { user } = await move(id, 'delete');
    await settleAll(roster);
    return user;
  }
  const move = (id: string, verb: Reversible) => askFor(roster, { id }, verb, 'key:a');
  const place = (id: string, reason = 'a lawsuit') => placeLegalHold(roster, 'key:a', { id, reason });
  const lift = (id: string) => liftLegalHold(roster, 'key:a', { id });
  const purge = (id: string, notBefore?: Date) => purgeUser(roster, 'key:a', { id, now: NOW, notBefore });

  it('refuses a purge, at once and later, and keeps one waiting whose time has come', async () => {
    const [held, planned] = [await deletedUser(), await deletedUser()];
    await purge(planned.id, LATER);
    for (const { id } of [held, planned]) await place(id);
    await expect(purge(held.id)).rejects.toThrow(LegalHoldStands);
    await expect(purge(held.id, LATER)).rejects.toThrow('DELETE /v1/users/{id}/legal-hold');
    expect(await startDuePurges(roster, LATER)).toEqual([]);

    for (const { id } of [held, planned]) await lift(id);
    expect(await startDuePurges(roster, LATER)).toEqual([planned.id]);
    expect((await purge(held.id)).user.status).toBe('purging');
  });

  it('keeps nothing else from happening', async () => {
    const { id } = await deletedUser();
    await place(id);
    for (const verb of ['restore', 'deactivate', 'reactivate', 'delete', 'restore'] as const)
      expect((await move(id, verb)).changed).toBe(true);
    expect((await patchUser(roster, 'key:a', { id, patch: { company: 'Other' } })).changed).toBe(true);
    expect((await findUser(roster.database, id))?.legalHoldAt).toBeInstanceOf(Date);
  });

  it('is placed and lifted once, however often it is asked for, and shows in the tag of the user', async () => {
    const { id } = await deletedUser();
    const first = await place(id);
    const second = await place(id, 'another lawsuit');
    expect([first.changed, second.changed]).toEqual([true, false]);
    expect(second.user).toEqual(first.user);
    const lifted = await lift(id);
    expect([lifted.changed, lifted.user.legalHoldAt, (await lift(id)).changed]).toEqual([true, null, false]);
    expect(revisionTag(lifted.user)).not.toBe(revisionTag(first.user));
    const entries = await roster.sql(
      `SELECT a.action, v.values ->> 'reason' AS reason FROM audit a LEFT JOIN audit_values v ON v.audit_id = a.id
       WHERE a.user_id = $1 AND a.action LIKE '%LegalHold' ORDER BY a.id`,
      [id],
    );
    expect(entries).toEqual([
      { action: 'user.placeLegalHold', reason: 'a lawsuit' },
      { action: 'user.placeLegalHold', reason: 'another lawsuit' },
      { action: 'user.liftLegalHold', reason: null },
    ]);
  });

  it('P21 can be bound to what the caller last saw', async () => {
    const user = await deletedUser();
    await place(user.id);
    const stale = { id: user.id, expected: [revisionTag(user)] };
    await expect(placeLegalHold(roster, 'key:a', { ...stale, reason: 'late' })).rejects.toThrow(
      RevisionMismatch,
    );
    await expect(liftLegalHold(roster, 'key:a', stale)).rejects.toThrow(RevisionMismatch);
  });

  it('comes too late once the purge has begun', async () => {
    const { id } = await deletedUser();
    await purge(id);
    await expect(place(id)).rejects.toThrow(StatusRefused);
    expect((await lift(id)).changed).toBe(false);
  });

  it('wins over a purge that had begun to wait for the row before the hold was committed', async () => {
    const { id } = await deletedUser();
    let purged: Promise<unknown> = Promise.resolve();
    await roster.database.transaction(async (sql) => {
      await sql('UPDATE users SET legal_hold_at = now() WHERE id = $1', [id]);
      purged = expect(purge(id)).rejects.toThrow(LegalHoldStands);
      await sql('SELECT pg_sleep(0.1)');
    });
    await purged;
    expect((await findUser(roster.database, id))?.status).toBe('deleted');
  });

  it('and a purge at the same moment end in one of the two, never in both', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { id } = await deletedUser();
      const [held, purged] = await Promise.allSettled([place(id), purge(id)]);
      expect([held.status, purged.status].toSorted()).toEqual(['fulfilled', 'rejected']);
      const { status, legalHoldAt } = (await findUser(roster.database, id)) ?? {};
      const isHeld = held.status === 'fulfilled';
      expect([status, legalHoldAt !== null]).toEqual(isHeld ? ['deleted', true] : ['purging', false]);
    }
  });

  it.each([
    ['put off', 0, async () => startDuePurges(roster, LATER)],
    [
      'of the retention period',
      31,
      async () => startRetentionPurges(roster, { days: 30, remove: { atLeast: 0, percent: 100 } }),
    ],
  ])('and a purge %s at the same moment end in one of the two, never in both', async (_, days, start) => {
    const ends = new Set<string>();
    for (let round = 0; round < 40 && (round < 10 || ends.size < 2); round += 1) {
      const { id } = await deletedUser();
      if (days === 0) await purge(id, LATER);
      await roster.sql(`UPDATE users SET status_changed_at = now() - $2 * interval '1 day' WHERE id = $1`, [
        id,
        days,
      ]);
      // The start takes several statements: the hold falls before, between and behind them.
      const placing = round % 2 === 0 ? place(id) : delay(round % 10).then(() => place(id));
      const results = await Promise.allSettled([start(), placing]);
      const { status, legalHoldAt } = (await findUser(roster.database, id)) ?? {};
      const isRefused = results.some((result) => result.status === 'rejected');
      expect([status, legalHoldAt !== null]).toEqual(isRefused ? ['purging', false] : ['deleted', true]);
      ends.add(String(status));
    }
    expect([...ends].toSorted()).toEqual(['deleted', 'purging']);
  });

  it('drops the erasure of a profile that is owed, and says where, but not one that may be under way', async () => {
    const { id } = await deletedUser();
    const owe = (more: string) =>
      roster.sql(
        `UPDATE links SET owed = '{revokeTokens,eraseProfile}', ${more} WHERE user_id = $1 AND provider = 'north'`,
        [id],
      );
    await owe('in_flight = true');
    await expect(place(id)).rejects.toThrow(ErasureInFlight);
    expect((await findUser(roster.database, id))?.legalHoldAt).toBeNull();
    await owe('in_flight = false');
    expect((await place(id)).changed).toBe(true);
    const links = await roster.sql(
      'SELECT owed, wanted > handled AS due FROM links WHERE user_id = $1 ORDER BY provider',
      [id],
    );
    expect(links).toEqual([
      { owed: ['revokeTokens'], due: true },
      { owed: [], due: false },
    ]);
    const entries = await roster.sql(
      `SELECT actor, provider, detail FROM audit WHERE user_id = $1 AND action = 'account.erase_profile'`,
      [id],
    );
    expect(entries).toEqual([{ actor: 'key:a', provider: 'north', detail: { outcome: 'dropped' } }]);
  });

  it('refuses a call on an account that cannot be undone, and no other', async () => {
    const { id, externalKey } = await deletedUser();
    await place(id);
    const call = { actor: 'key:a', action: 'account.remove_passkeys', provider: 'north' };
    const rule = { id, needs: 'deleted', statuses: ['deleted'] as const };
    const confirmed = beginAccountCall(roster, call, { ...rule, confirm: { given: externalKey } });
    await expect(confirmed).rejects.toThrow(LegalHoldStands);
    expect((await beginAccountCall(roster, call, rule)).id).toBe(id);
  });
});

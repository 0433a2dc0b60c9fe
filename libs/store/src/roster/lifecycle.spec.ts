import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { changeStatus } from './change-status.js';
import { createUser } from './edit-user.js';
import { RevisionMismatch, TransitionRefused } from './errors.js';
import { purgeUser } from './purge-user.js';
import { completePurges, startDuePurges } from './purges.js';
import { findUser } from './read-users.js';
import { revisionTag } from './revision.js';
import {
  askFor,
  enterSettled,
  openTestRoster,
  type Reversible,
  settleAll,
  type TestRoster,
} from './roster.harness.js';

const NOW = new Date('2026-11-21T12:00:00Z');
const LATER = new Date('2026-12-21T12:00:00Z');

describe('the lifecycle of a user', () => {
  let roster: TestRoster;
  beforeAll(async () => {
    roster = await openTestRoster();
  });
  afterAll(() => roster.close());

  const newUser = () => enterSettled(roster);
  const ask = (id: string, verb: Reversible) => askFor(roster, { id }, verb, 'key:a');
  const lanesOf = async (id: string) => {
    const links = await roster.sql<{ lane: number; due: boolean }>(
      'SELECT lane, wanted > handled AS due FROM links WHERE user_id = $1',
      [id],
    );
    return links.map((link) => (link.due ? link.lane : null));
  };
  const actionsOf = async (id: string) => {
    const entries = await roster.sql<{ action: string }>(
      'SELECT action FROM audit WHERE user_id = $1 ORDER BY id',
      [id],
    );
    return entries.map((entry) => entry.action);
  };

  it('D04 every move goes to the links in its lane, and into the audit', async () => {
    const { id } = await newUser();
    const moves = [
      ['deactivate', 'deactivated', 0],
      ['reactivate', 'active', 1],
      ['delete', 'deleted', 0],
      ['restore', 'active', 1],
    ] as const;
    for (const [verb, status, lane] of moves) {
      await settleAll(roster);
      const { user, changed } = await ask(id, verb);
      expect([changed, user.status]).toEqual([true, status]);
      expect(await lanesOf(id)).toEqual([lane, lane]);
    }
    expect((await findUser(roster.database, id))?.statusRevision).toBe(5);
    expect(await actionsOf(id)).toEqual([
      'user.create',
      'user.deactivate',
      'user.reactivate',
      'user.delete',
      'user.restore',
    ]);
  });

  it('P13 a restore goes back to where the user was deleted from', async () => {
    const { id } = await newUser();
    await ask(id, 'deactivate');
    await ask(id, 'delete');
    expect((await ask(id, 'restore')).user).toMatchObject({
      status: 'deactivated',
      statusBeforeDeletion: null,
    });
  });

  it('asking again changes nothing, and what cannot be is refused with the state', async () => {
    const { id } = await newUser();
    await ask(id, 'delete');
    await settleAll(roster);
    expect((await ask(id, 'delete')).changed).toBe(false);
    expect(await lanesOf(id)).toEqual([null, null]);
    await expect(ask(id, 'deactivate')).rejects.toMatchObject({ from: 'deleted', verb: 'deactivate' });
  });

  it('P21 a move can be bound to what the caller last saw', async () => {
    const user = await newUser();
    await ask(user.id, 'deactivate');
    const stale = { id: user.id, verb: 'delete', expected: [revisionTag(user)] } as const;
    await expect(changeStatus(roster, 'key:a', stale)).rejects.toThrow(RevisionMismatch);
  });

  it('P8 only a deleted user can be purged, and a purge that has begun is one-way', async () => {
    const { id } = await newUser();
    await expect(purgeUser(roster, 'key:a', { id, now: NOW })).rejects.toThrow(TransitionRefused);
    await ask(id, 'delete');
    await settleAll(roster);
    expect((await purgeUser(roster, 'key:a', { id, now: NOW })).user.status).toBe('purging');
    expect(await lanesOf(id)).toEqual([0, 0]);
    await expect(ask(id, 'restore')).rejects.toThrow(TransitionRefused);
    expect((await purgeUser(roster, 'key:a', { id, now: NOW })).changed).toBe(false);
  });

  it('a purge that is put off leaves the user deleted, begins when due, and is cancelled by a restore', async () => {
    const [kept, regretted] = [await newUser(), await newUser()];
    for (const { id } of [kept, regretted]) {
      const { user } = await ask(id, 'delete');
      const asked = await purgeUser(roster, 'key:a', { id, now: NOW, notBefore: LATER });
      expect(asked.user).toMatchObject({ status: 'deleted', purgeNotBefore: LATER });
      expect(revisionTag(asked.user)).not.toBe(revisionTag(user));
    }
    expect((await ask(regretted.id, 'restore')).user.purgeNotBefore).toBeNull();
    await settleAll(roster);
    expect(await startDuePurges(roster, NOW)).toEqual([]);
    expect(await startDuePurges(roster, LATER)).toEqual([kept.id]);
    expect(await findUser(roster.database, kept.id)).toMatchObject({
      status: 'purging',
      purgeNotBefore: null,
    });
    expect(await lanesOf(kept.id)).toEqual([0, 0]);
    expect(await lanesOf(regretted.id)).toEqual([null, null]);
  });

  it('D05 a purge is complete when every provider has settled the account as gone, and frees the key', async () => {
    const { id, externalKey } = await newUser();
    await ask(id, 'delete');
    await purgeUser(roster, 'key:a', { id, now: NOW });
    expect(await completePurges(roster)).not.toContain(id);
    await roster.sql(
      `UPDATE links SET handled = wanted, applied_status = 'purged' WHERE user_id = $1 AND provider = 'north'`,
      [id],
    );
    expect(await completePurges(roster)).not.toContain(id);
    await roster.sql(`UPDATE links SET handled = wanted, applied_status = 'purged' WHERE user_id = $1`, [id]);
    expect(await completePurges(roster)).toEqual([id]);
    expect(await completePurges(roster)).toEqual([]);
    expect((await findUser(roster.database, id))?.status).toBe('purged');
    expect(await lanesOf(id)).toEqual([null, null]);
    const next = await createUser(roster, 'key:a', { externalKey });
    expect(next.id).not.toBe(id);
  });

  it.each([
    ['is parked and may still have its account', `park_code = 'invalid', applied_status = 'deleted'`],
    ['was never settled as anything', `applied_status = NULL`],
    ['still owes something', `applied_status = 'purged', owed = '{revokeTokens}'`],
  ])('D05 a purge stays open while a link %s', async (_, standing) => {
    const { id } = await newUser();
    await ask(id, 'delete');
    await purgeUser(roster, 'key:a', { id, now: NOW });
    await settleAll(roster, 'purged');
    await roster.sql(`UPDATE links SET ${standing} WHERE user_id = $1 AND provider = 'south'`, [id]);
    expect(await completePurges(roster)).not.toContain(id);
    expect((await findUser(roster.database, id))?.status).toBe('purging');
  });

  it('a restore and a purge at once end in one of the two, never in both', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { id } = await newUser();
      await ask(id, 'delete');
      const [restored, purged] = await Promise.allSettled([
        ask(id, 'restore'),
        purgeUser(roster, 'key:a', { id, now: NOW }),
      ]);
      const wins = [restored, purged].filter((outcome) => outcome.status === 'fulfilled');
      expect(wins).toHaveLength(1);
      const status = (await findUser(roster.database, id))?.status;
      expect(status).toBe(restored.status === 'fulfilled' ? 'active' : 'purging');
    }
  });
});

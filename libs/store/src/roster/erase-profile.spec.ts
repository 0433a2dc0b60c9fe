import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { changeStatus } from './change-status.js';
import { comeBack } from './come-back.js';
import { createUser } from './edit-user.js';
import { oweErasure } from './erase-profile.js';
import {
  ConfirmationRefused,
  LegalHoldStands,
  NothingToErase,
  RevisionMismatch,
  StatusRefused,
  UserNotFound,
} from './errors.js';
import { liftLegalHold, placeLegalHold } from './legal-hold.js';
import { openTestRoster, type TestRoster } from './roster.harness.js';

describe('owing the erasure of a profile', () => {
  let roster: TestRoster;
  let count = 0;
  beforeAll(async () => {
    roster = await openTestRoster(['north', 'south']);
  });
  afterAll(() => roster.close());

  /** A deleted user whose links are settled, with an account at `north` alone. */
  async function leaver() {
    count += 1;
    const user = await createUser(roster, 'test', { externalKey: `key-${count}` });
    await changeStatus(roster, 'test', { id: user.id, verb: 'delete' });
    await roster.sql(
      `UPDATE links SET handled = wanted, certainty = 'certain',
         observed_state = CASE provider WHEN 'north' THEN 'live' ELSE 'absent' END,
         account_id = CASE provider WHEN 'north' THEN user_id::text END WHERE user_id = $1`,
      [user.id],
    );
    return user;
  }
  const ask = (id: string, more: object = {}) =>
    oweErasure(roster, 'key:a', { id, provider: 'north', confirm: `key-${count}`, ...more });
  const linkOf = async (id: string, provider = 'north') =>
    (
      await roster.sql<Record<string, unknown>>(
        `SELECT owed, wanted - handled AS due, doubted = wanted AS doubted, certainty, lane
         FROM links WHERE user_id = $1 AND provider = $2`,
        [id, provider],
      )
    )[0];
  const entriesOf = (id: string) =>
    roster.sql(
      `SELECT actor, provider, detail FROM audit WHERE user_id = $1 AND action = 'account.erase_profile'`,
      [id],
    );
  const OWED = { owed: ['eraseProfile'], due: '1', doubted: true, certainty: 'stale', lane: 2 };

  it('puts the debt, the doubt, the reason to look and the entry on record at once, at one provider', async () => {
    const { id } = await leaver();
    expect(await ask(id)).toBe(true);
    expect(await linkOf(id)).toEqual(OWED);
    expect(await linkOf(id, 'south')).toMatchObject({ owed: [], due: '0' });
    expect(await entriesOf(id)).toEqual([{ actor: 'key:a', provider: 'north', detail: { outcome: 'owed' } }]);
  });

  it('is refused under a legal hold, and goes on when that is lifted', async () => {
    const { id } = await leaver();
    await placeLegalHold(roster, 'key:a', { id, reason: 'a lawsuit' });
    await expect(ask(id)).rejects.toThrow(LegalHoldStands);
    expect(await linkOf(id)).toMatchObject({ owed: [], due: '0' });
    await liftLegalHold(roster, 'key:a', { id });
    expect(await ask(id)).toBe(true);
  });

  it('asked again while it is owed, by many at once, doubles nothing', async () => {
    const { id } = await leaver();
    const news = await Promise.all(Array.from({ length: 8 }, () => ask(id)));
    expect(news.filter(Boolean)).toHaveLength(1);
    expect(await linkOf(id)).toEqual(OWED);
    expect(await entriesOf(id)).toHaveLength(1);
  });

  it('asked again of a link that was parked with the debt, wakes it, and says who asked', async () => {
    const { id } = await leaver();
    await ask(id);
    await roster.sql(
      `UPDATE links SET handled = wanted, certainty = 'certain', park_code = 'invalid', parked_at = now()
       WHERE user_id = $1 AND provider = 'north'`,
      [id],
    );
    expect(await ask(id)).toBe(true);
    expect(await linkOf(id)).toEqual(OWED);
    expect(await entriesOf(id)).toHaveLength(2);
    expect(await ask(id)).toBe(false);
  });

  it('is refused for whoever is not deleted, is not meant, or has no account, and writes nothing then', async () => {
    const { id } = await leaver();
    await expect(ask(id, { confirm: 'somebody-else' })).rejects.toThrow(ConfirmationRefused);
    await expect(ask(id, { confirm: undefined })).rejects.toThrow(ConfirmationRefused);
    await expect(ask(id, { expected: ['0.9'] })).rejects.toThrow(RevisionMismatch);
    await expect(ask(id, { provider: 'south' })).rejects.toMatchObject({ why: 'absent' });
    await roster.sql(`UPDATE links SET wanted = wanted + 1, account_id = NULL WHERE provider = 'south'`);
    await expect(ask(id, { provider: 'south' })).rejects.toMatchObject({ why: 'due' });
    await expect(ask(id, { provider: 'west' })).rejects.toThrow(NothingToErase);
    await expect(ask('0196f3a0-0000-7000-8000-000000000000')).rejects.toThrow(UserNotFound);
    await comeBack(roster, 'test', { id, verb: 'restore' });
    await expect(ask(id)).rejects.toThrow(StatusRefused);
    expect(await linkOf(id)).toMatchObject({ owed: [] });
    expect(await entriesOf(id)).toEqual([]);
  });

  it('waits for a restore that is being written, and is then refused', async () => {
    const { id } = await leaver();
    let asked: Promise<unknown> | undefined;
    await roster.database.transaction(async (sql) => {
      await sql(
        `UPDATE users SET status = 'active', status_before_deletion = NULL, status_revision = status_revision + 1 WHERE id = $1`,
        [id],
      );
      asked = ask(id).catch((error: unknown) => error);
      await new Promise((resolve) => setTimeout(resolve, 100));
    });
    expect(await asked).toBeInstanceOf(StatusRefused);
    expect(await linkOf(id)).toMatchObject({ owed: [] });
  });
});

import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Allowance, User } from '#domain';
import { changeStatus } from '../roster/change-status.js';
import { openTestRoster } from '../roster/roster.harness.js';
import { Links, PROVIDER } from './engine.harness.js';
import { recordIntents, type IntendRequest } from './intend.js';
import type { ClaimedLink } from './work.js';

const LIMIT: Allowance = { atLeast: 1, percent: 0 };
const SCOPE = {
  provider: PROVIDER,
  allowances: { suspend: LIMIT, remove: LIMIT, overwrite: LIMIT, create: LIMIT },
};

describe('intending a step', () => {
  let links: Links;
  beforeAll(async () => {
    links = new Links(await openTestRoster([PROVIDER]));
  });
  afterAll(() => links.roster.close());

  function create(user: User, link: ClaimedLink, more: Partial<IntendRequest> = {}): IntendRequest {
    return {
      id: v7(),
      userId: user.id,
      leaseToken: link.leaseToken,
      statusRevision: user.statusRevision,
      attributeRevision: user.attributeRevision,
      assignmentRevision: 0,
      restsOnAttributes: false,
      kind: 'provision',
      accountId: null,
      remoteKey: link.remoteKey,
      lookupKeys: [{ kind: 'email', value: 'a@example.com' }],
      owes: [],
      charge: null,
      ...more,
    };
  }
  const ask = async (request: IntendRequest) =>
    (await recordIntents(links.roster.sql, SCOPE, [request]))[0]?.kind === 'go';
  const intentsOf = (user: User) =>
    links.roster.sql<{ id: string }>('SELECT id FROM intents WHERE user_id = $1', [user.id]);

  it('writes it down and lets it go on', async () => {
    const user = await links.enter();
    const request = create(user, await links.claim(user));
    expect(await ask(request)).toBe(true);
    expect(await intentsOf(user)).toEqual([{ id: request.id }]);
  });

  it('P8: refuses a step that was planned for another status, and writes nothing', async () => {
    const user = await links.enter();
    const link = await links.claim(user);
    await changeStatus(links.roster, 'test', { id: user.id, verb: 'deactivate' });
    expect(await ask(create(user, link, { owes: ['revokeTokens'] }))).toBe(false);
    expect(await intentsOf(user)).toEqual([]);
    expect(await links.row(user)).toMatchObject({ owed: [] });
  });

  it.each([
    ['has ended', `lease_until = now() - interval '1 second'`],
    ['is now of another worker', `lease_token = gen_random_uuid()`],
  ])('P6: refuses a step whose lease %s', async (_, what) => {
    const user = await links.enter();
    const link = await links.claim(user);
    await links.set(user, what);
    expect(await ask(create(user, link))).toBe(false);
    expect(await intentsOf(user)).toEqual([]);
  });

  it('refuses to touch what stands beside the account of somebody under legal hold', async () => {
    const keeper = await links.enter();
    const standIn = await links.enter();
    const { sql } = links.roster;
    await sql('UPDATE users SET is_stand_in = true, stands_beside = $2 WHERE id = $1', [
      standIn.id,
      keeper.id,
    ]);
    const link = await links.claim(standIn);
    await sql('UPDATE users SET legal_hold_at = now() WHERE id = $1', [keeper.id]);
    expect(await ask(create(standIn, link))).toBe(false);
    expect(await intentsOf(standIn)).toEqual([]);
    await sql('UPDATE users SET legal_hold_at = NULL WHERE id = $1', [keeper.id]);
    expect(await ask(create(standIn, link))).toBe(true);
  });

  it('puts debts on record before the first call', async () => {
    const user = await links.enter();
    const link = await links.claim(user);
    expect(await ask(create(user, link, { kind: null, owes: ['revokeTokens'] }))).toBe(true);
    expect(await links.row(user)).toMatchObject({ owed: ['revokeTokens'] });
    expect(await intentsOf(user)).toEqual([]);
  });

  it('waits for a change of status that is being written, and then refuses', async () => {
    const user = await links.enter();
    const link = await links.claim(user);
    let asked: Promise<boolean> | undefined;
    await links.roster.database.transaction(async (sql) => {
      await sql(`UPDATE users SET status_revision = status_revision + 1 WHERE id = $1`, [user.id]);
      asked = ask(create(user, link));
      await new Promise((resolve) => setTimeout(resolve, 100));
    });
    expect(await asked).toBe(false);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { markLinks } from '../mark.js';
import { declared, openTestRoster } from '../roster/roster.harness.js';
import { syncProviders } from '../roster/sync-providers.js';
import { claimLost } from './claim.js';
import { knows, lease, Links } from './engine.harness.js';
import { readWork } from './read-work.js';
import type { ClaimedLink } from './work.js';

describe('settling a link', () => {
  let links: Links;
  beforeAll(async () => {
    links = new Links(await openTestRoster(['north']));
  });
  afterAll(() => links.roster.close());

  /** A worker lost the link to another one, which holds it now. */
  async function overtaken() {
    const user = await links.enter();
    const frozen = await links.claim(user);
    await links.set(user, `lease_until = now() - interval '1 second'`);
    const [successor] = await claimLost(links.roster.sql, lease());
    if (successor === undefined) throw new Error('nothing was lost');
    return { user, frozen, successor };
  }

  it('Q07: changes nothing of what a successor knows when the lease was lost', async () => {
    const { user, frozen, successor } = await overtaken();
    await links.settle(frozen, { knowledge: knows({ accountId: 'from-the-past' }) });
    expect(await links.row(user)).toMatchObject({
      handled: '0',
      account_id: null,
      in_flight: true,
      lease_token: successor.leaseToken,
    });
  });

  it('Q07: a late write of one that lost its lease leaves no green link behind', async () => {
    const { user, frozen, successor } = await overtaken();
    await links.settle(successor, { knowledge: knows({ accountId: 'of-the-successor' }) });
    expect(await links.row(user)).toMatchObject({ handled: '1', wanted: '1', certainty: 'certain' });
    await links.settle(frozen, { mutated: true });
    const row = await links.row(user);
    expect(row).toMatchObject({
      account_id: 'of-the-successor',
      wanted: '2',
      handled: '1',
      certainty: 'stale',
    });
    expect(row['doubtful_write_at']).toBeInstanceOf(Date);
  });

  it('Q07: one that lost its lease and wrote nothing leaves no trace', async () => {
    const { user, frozen, successor } = await overtaken();
    await links.settle(successor);
    const before = await links.row(user);
    await links.settle(frozen, { mutated: false });
    expect(await links.row(user)).toMatchObject({ wanted: before['wanted'], certainty: 'certain' });
  });

  it('handles what was wanted at the claim, and nothing that came since', async () => {
    const user = await links.enter();
    const claimed = await links.claim(user);
    await markLinks(links.roster.sql, [user.id], { lane: 'live' });
    await links.settle(claimed);
    expect(await links.row(user)).toMatchObject({ wanted: '2', handled: '1', in_flight: false });
  });

  it('what was done by another declaration than the last is due again, for those who work by that one', async () => {
    const user = await links.enter();
    const byFormer = await links.claim(user);
    await links.roster.sql(`UPDATE providers SET declaration = 'a newer one'`);
    try {
      const applied = {
        status: 'active',
        statusRevision: 1,
        attributeRevision: 1,
        assignmentRevision: 0,
      } as const;
      await links.settle(byFormer, { knowledge: knows({ accountId: 'by-former-rules' }), applied });
      expect(await links.row(user)).toMatchObject({
        account_id: 'by-former-rules',
        wanted: '1',
        handled: '0',
        lane: 3,
        in_flight: false,
        applied_status: null,
        settled_at: null,
      });
      const marked = await links.enter();
      await links.set(marked, 'lane = 3');
      const [first] = await links.claimAll({
        userIds: [user.id, marked.id],
        limit: 1,
        declaration: 'a newer one',
      });
      expect(first).toMatchObject({ userId: user.id, accountId: 'by-former-rules', lane: 3 });
    } finally {
      await syncProviders(links.roster.database, [declared('north')]);
    }
  });

  it('a leaver who is claimed by a former declaration, and marked meanwhile, stays as urgent as he was', async () => {
    const user = await links.enter();
    const byFormer = await links.claim(user);
    await markLinks(links.roster.sql, [user.id], { lane: 'revocation' });
    await links.roster.sql(`UPDATE providers SET declaration = 'a newer one'`);
    try {
      await links.settle(byFormer);
      expect(await links.row(user)).toMatchObject({ wanted: '2', handled: '0', lane: 0 });
    } finally {
      await syncProviders(links.roster.database, [declared('north')]);
    }
  });

  it('keeps a doubt that came after the claim, however sure the pass was', async () => {
    const user = await links.enterInSync('doubted');
    await markLinks(links.roster.sql, [user.id], { lane: 'live' });
    const claimed = await links.claim(user);
    await markLinks(links.roster.sql, [user.id], { lane: 'live', doubt: true });
    await links.settle(claimed);
    expect(await links.row(user)).toMatchObject({ certainty: 'stale' });

    await links.settle(await links.claim(user));
    expect(await links.row(user)).toMatchObject({ certainty: 'certain', wanted: '3', handled: '3' });
  });

  it('keeps a debt that came after the claim, and lets go of those that the pass paid', async () => {
    const user = await links.enterInSync('indebted');
    await links.set(user, `owed = '{revokeTokens,setTags}', wanted = wanted + 1`);
    const claimed = await links.claim(user);
    await links.set(user, `owed = array_append(owed, 'eraseProfile')`);
    await links.settle(claimed, { knowledge: knows({ accountId: 'indebted', owed: ['setTags'] }) });
    const row = await links.row(user);
    expect(row['owed']).toHaveLength(2);
    expect(row['owed']).toEqual(expect.arrayContaining(['setTags', 'eraseProfile']));
  });

  it('keeps it too when the pass had debts of its own to take on and to pay', async () => {
    const user = await links.enterInSync('taking-on');
    await links.set(user, `wanted = wanted + 1`);
    const claimed = await links.claim(user);
    await links.set(user, `owed = '{revokeTokens,eraseProfile}'`);
    await links.settle(claimed, {
      knowledge: knows({ accountId: 'taking-on', owed: [] }),
      seenOwed: ['revokeTokens'],
    });
    expect(await links.row(user)).toMatchObject({ owed: ['eraseProfile'] });
  });

  describe('a permission for a new account', () => {
    const allow = (userId: string) =>
      markLinks(links.roster.sql, [userId], { lane: 'restore', doubt: true, allowsRecreation: true });
    const made = { kind: 'provision', outcome: 'acknowledged', attributes: [], status: 201 } as const;
    const absent = knows({ accountId: null, observedState: 'absent' });
    const mayRecreate = async (claimed: ClaimedLink) =>
      (await readWork(links.roster.sql, 'north', [claimed])).map((work) => work.mayRecreate);

    it('counts for whoever claims after it, until an account is there', async () => {
      const user = await links.enterInSync('allowed');
      await allow(user.id);
      const first = await links.claim(user);
      expect(await mayRecreate(first)).toEqual([true]);
      await links.settle(first, { outcome: 'again', knowledge: absent });
      expect(await links.row(user)).toMatchObject({ recreate_from: '2' });
      const second = await links.claim(user);
      expect(await mayRecreate(second)).toEqual([true]);
      await links.settle(second);
      expect(await links.row(user)).toMatchObject({ recreate_from: null });
    });

    it('is used up by the create, whatever its answer showed', async () => {
      const user = await links.enter();
      await allow(user.id);
      const knowledge = knows({ accountId: 'odd', certainty: 'stale' });
      await links.settle(await links.claim(user), { outcome: 'again', knowledge, steps: [made] });
      expect(await links.row(user)).toMatchObject({ recreate_from: null });
    });

    it('is not used up by what was merely believed, nor by a create of unknown outcome', async () => {
      const user = await links.enterInSync('believed');
      await allow(user.id);
      const stale = knows({ accountId: 'believed', certainty: 'stale' });
      await links.settle(await links.claim(user), { outcome: 'released', knowledge: stale });
      await links.settle(await links.claim(user), {
        outcome: 'again',
        knowledge: absent,
        steps: [{ ...made, outcome: 'unknown' }],
      });
      expect(await links.row(user)).toMatchObject({ recreate_from: '2' });
    });

    it('is neither seen nor used up by a pass that began before it', async () => {
      const user = await links.enterInSync('before');
      await markLinks(links.roster.sql, [user.id], { lane: 'live' });
      const claimed = await links.claim(user);
      await allow(user.id);
      expect(await mayRecreate(claimed)).toEqual([false]);
      await links.settle(claimed);
      expect(await links.row(user)).toMatchObject({ recreate_from: '3', wanted: '3', handled: '2' });
    });

    it('is seen to be taken back by a change of status behind the claim', async () => {
      const user = await links.enterInSync('taken-back');
      await allow(user.id);
      const claimed = await links.claim(user);
      await markLinks(links.roster.sql, [user.id], { lane: 'revocation', dissolvesHold: true });
      expect(await mayRecreate(claimed)).toEqual([false]);
    });
  });

  it('names in the audit which debt a step paid', async () => {
    const user = await links.enter();
    const step = { kind: 'discharge', outcome: 'acknowledged', attributes: [], status: 200 } as const;
    await links.settle(await links.claim(user), { steps: [{ ...step, effect: 'eraseProfile' }] });
    const entries = await links.roster.sql(
      `SELECT action, detail FROM audit WHERE user_id = $1 AND actor = 'worker'`,
      [user.id],
    );
    const detail = { outcome: 'acknowledged', status: 200, effect: 'eraseProfile' };
    expect(entries).toEqual([{ action: 'provider.discharge', detail }]);
  });

  it('lets an ordinary newer reason wait for company, and a revocation not', async () => {
    const edited = await links.enter();
    const left = await links.enter();
    const claims = [await links.claim(edited), await links.claim(left)] as const;
    await markLinks(links.roster.sql, [edited.id], { lane: 'live' });
    await markLinks(links.roster.sql, [left.id], { lane: 'revocation' });
    for (const claimed of claims) await links.settle(claimed, {}, 5_000);
    expect(await links.row(edited)).toMatchObject({ waits: true });
    expect(await links.row(left)).toMatchObject({ waits: false, lane: 0 });
  });

  it('P12: refuses an account that another link holds, and writes nothing of that group', async () => {
    await links.enterInSync('taken');
    const user = await links.enter();
    const claimed = await links.claim(user);
    await expect(links.settle(claimed, { knowledge: knows({ accountId: 'taken' }) })).rejects.toMatchObject({
      code: '23505',
    });
    expect(await links.row(user)).toMatchObject({ in_flight: true, handled: '0' });
  });
});

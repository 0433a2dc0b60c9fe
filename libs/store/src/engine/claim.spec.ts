import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { markLinks } from '../mark.js';
import { openTestRoster } from '../roster/roster.harness.js';
import { claimLost } from './claim.js';
import { lease, Links } from './engine.harness.js';

describe('claiming links', () => {
  let links: Links;
  beforeEach(async () => {
    links = new Links(await openTestRoster(['north']));
  });
  afterEach(() => links.roster.close());

  const idsOf = (claimed: readonly { readonly userId: string }[]) => claimed.map((link) => link.userId);

  it('takes the most urgent first', async () => {
    const [ordinary, leaver] = [await links.enter(), await links.enter()];
    await markLinks(links.roster.sql, [leaver.id], { lane: 'revocation' });
    expect(idsOf(await links.claimAll({ limit: 1 }))).toEqual([leaver.id]);
    expect(idsOf(await links.claimAll({ limit: 1 }))).toEqual([ordinary.id]);
  });

  it('takes nothing less urgent than it was told', async () => {
    await links.enter();
    expect(await links.claimAll({ maxLane: 0 })).toEqual([]);
  });

  it('leaves the backfill to those who work by what was declared last, and nothing else', async () => {
    const [backfilled, edited] = [await links.enter(), await links.enter()];
    await links.set(backfilled, 'lane = 3');
    expect(idsOf(await links.claimAll({ declaration: 'a former one' }))).toEqual([edited.id]);
    expect(idsOf(await links.claimAll())).toEqual([backfilled.id]);
  });

  it('P6: takes no link that is in flight, even when its lease has ended, nor one whose time has not come', async () => {
    const [lost, backingOff] = [await links.enter(), await links.enter()];
    await links.claim(lost);
    await links.set(lost, `lease_until = now() - interval '1 second'`);
    await links.set(backingOff, `next_attempt_at = now() + interval '1 minute'`);
    expect(await links.claimAll()).toEqual([]);
  });

  it('Q09: two workers at once share what is due and never a link', async () => {
    const users = [];
    for (let count = 0; count < 40; count += 1) users.push(await links.enter());
    const claims = await Promise.all([1, 2, 3, 4].map(() => links.claimAll({ limit: 15 })));
    const ids = claims.flatMap(idsOf);
    expect(new Set(ids).size).toBe(ids.length);
  });

  describe('that were lost with their worker', () => {
    it('takes one at a time, doubts what it may have written, and counts its crashes', async () => {
      const users = [await links.enter(), await links.enter()];
      for (const user of users) {
        await links.claim(user);
        await links.set(user, `lease_until = now() - interval '1 second', certainty = 'certain'`);
      }
      const [first, ...more] = await claimLost(links.roster.sql, lease());
      expect(more).toEqual([]);
      expect(first).toMatchObject({ lastClaimLost: true, soloCrashes: 0, certainty: 'stale' });
      expect(first?.doubtAgeMs).toBeGreaterThanOrEqual(0);

      const again = users.find((user) => user.id === first?.userId);
      if (again === undefined) throw new Error('a stranger was claimed');
      await links.set(again, `lease_until = now() - interval '2 seconds'`);
      expect(await claimLost(links.roster.sql, lease())).toMatchObject([
        { userId: again.id, soloCrashes: 1 },
      ]);
    });

    it('leaves those whose lease still runs', async () => {
      await links.claim(await links.enter());
      expect(await claimLost(links.roster.sql, lease())).toEqual([]);
    });
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { User } from '#domain';
import { markLinks } from '../mark.js';
import { openTestRoster } from '../roster/roster.harness.js';
import { findDueWork, wakeWaiting } from './due.js';
import { Links, PROVIDER } from './engine.harness.js';

describe('a link that waits for what another one holds', () => {
  let links: Links;
  beforeAll(async () => {
    links = new Links(await openTestRoster([PROVIDER]));
  });
  afterAll(() => links.roster.close());

  /** One holds a phone, the other is parked because of it. */
  async function neighbours(): Promise<{ holder: User; waiting: User }> {
    const holder = await links.enter();
    await links.settle(await links.claim(holder));
    const waiting = await links.enter();
    await links.settle(await links.claim(waiting), {
      outcome: 'parked',
      park: { code: 'identifier_taken', attribute: 'phone' },
      waitsFor: { userId: holder.id, handled: '1' },
    });
    return { holder, waiting };
  }
  const isDue = async (user: User) => {
    const { wanted, handled } = await links.row(user);
    return wanted !== handled;
  };

  it('sleeps while its holder stays as it is', async () => {
    const { waiting } = await neighbours();
    expect(await wakeWaiting(links.roster.sql)).toBe(0);
    expect(await isDue(waiting)).toBe(false);
  });

  it('wakes when its holder has come further', async () => {
    const { holder, waiting } = await neighbours();
    await markLinks(links.roster.sql, [holder.id], { lane: 'live' });
    await links.settle(await links.claim(holder));
    expect(await wakeWaiting(links.roster.sql)).toBe(1);
    expect(await isDue(waiting)).toBe(true);
    expect(await wakeWaiting(links.roster.sql)).toBe(0);
  });

  it('sleeps on when its holder came no further than being parked itself', async () => {
    const { holder, waiting } = await neighbours();
    await markLinks(links.roster.sql, [holder.id], { lane: 'live' });
    await links.settle(await links.claim(holder), {
      outcome: 'parked',
      park: { code: 'invalid', attribute: 'email' },
    });
    expect(await wakeWaiting(links.roster.sql)).toBe(0);
    expect(await isDue(waiting)).toBe(false);
  });
});

describe('due work', () => {
  it('is told by provider and its most urgent lane, and none where nothing is due', async () => {
    const links = new Links(await openTestRoster([PROVIDER, 'south']));
    const user = await links.enter();
    await links.enter();
    await links.roster.sql(`UPDATE links SET handled = wanted WHERE provider = 'south'`);
    await markLinks(links.roster.sql, [user.id], { lane: 'revocation', provider: PROVIDER });
    const due = await findDueWork(links.roster.sql, [PROVIDER, 'south']);
    await links.roster.close();
    expect(due).toEqual([{ provider: PROVIDER, lane: 'revocation' }]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { ProviderError } from '#identity-provider';

import { walk, type ReadPage } from './listing.js';
import type { SendauthUser } from './user.js';

function crowd(size: number): SendauthUser[] {
  return Array.from({ length: size }, (_, number) => ({
    id: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
  }));
}

/** A list that somebody changes after each page that is read. */
function listOf(users: SendauthUser[], afterPage: (page: number) => void = () => undefined): ReadPage {
  return ({ page, perPage }) => {
    const answer = { users: users.slice((page - 1) * perPage, page * perPage), total: users.length };
    afterPage(page);
    return Promise.resolve(answer);
  };
}

async function idsOf(readPage: ReadPage): Promise<{ ids: string[]; complete: boolean[] }> {
  const ids: string[] = [];
  const complete: boolean[] = [];
  for await (const page of walk(readPage)) {
    ids.push(...page.users.map(({ id }) => id));
    complete.push(page.complete);
  }
  return { ids, complete };
}

describe('walking through a list', () => {
  it.each([
    [0, 1],
    [1, 1],
    [100, 1],
    [101, 2],
    [200, 2],
    [201, 3],
  ])('of %i users takes %i pages, of which the last says so', async (size, pages) => {
    const users = crowd(size);
    const read = await idsOf(listOf(users));
    expect(read.ids).toEqual(users.map(({ id }) => id));
    expect(read.complete).toEqual(Array.from({ length: pages }, (_, at) => at === pages - 1));
  });

  it('L01: leaves out nobody who stays, however many leave meanwhile', async () => {
    const users = crowd(950);
    const staying = users.slice(300).map(({ id }) => id);
    let left = 0;
    const read = await idsOf(
      listOf(users, () => {
        if (left < 3) users.splice(0, 100);
        left += 1;
      }),
    );
    expect(read.ids).toEqual(expect.arrayContaining(staying));
    expect(read.complete.filter(Boolean)).toHaveLength(1);
  });

  it('L09: does not take an empty page for the end while the total promises more', async () => {
    const lying: ReadPage = ({ page }) =>
      Promise.resolve({ users: page === 1 ? crowd(100) : [], total: 500 });
    await expect(idsOf(lying)).rejects.toMatchObject({ kind: 'protocol' });
  });

  it('L09: gives up on a list that shrinks without end', async () => {
    let total = 1_000_000;
    const shrinking: ReadPage = () => Promise.resolve({ users: crowd(100), total: (total -= 100) });
    const error: unknown = await idsOf(shrinking).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ kind: 'unreachable', detail: { reason: 'list_moves_while_read' } });
  });
});

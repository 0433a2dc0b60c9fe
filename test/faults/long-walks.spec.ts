import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { User } from '#domain';
import { LINKS_A_PAGE as A_PAGE } from '#reconciler';
import { accountOf, editThere } from '../support/damage.js';
import { openMirror, type Mirror } from '../support/mirror.js';
import { enter, only, person, range } from '../support/people.js';

/** Two whole pages and a part of a third. */
const PEOPLE = 2 * A_PAGE + 100;

describe('a walk over several pages', () => {
  let mirror: Mirror;
  let users: User[];
  beforeAll(async () => {
    mirror = await openMirror({ providers: ['sunshine'] });
    users = await enter(
      mirror.roster,
      range(PEOPLE).map((n) => person(n)),
    );
    users.sort((a, b) => (a.id < b.id ? -1 : 1));
    await mirror.converge();
  });
  afterAll(() => mirror.close());

  const accountAt = (place: number): Promise<string> =>
    accountOf(mirror.database, users[place]?.id ?? '', 'sunshine');
  const readsSince = (seq: number): number =>
    [...mirror.simulators.running.sunshine.log.since(seq)].filter(({ method }) => method === 'GET').length;

  it('reads everybody once, and finds what differs at the end of one page and the beginning of the next', async () => {
    const { log } = mirror.simulators.running.sunshine;
    for (const place of [0, A_PAGE - 1, A_PAGE, PEOPLE - 1])
      editThere(mirror, 'sunshine', await accountAt(place));
    mirror.simulators.running.sunshine.plant({ op: 'remove', id: await accountAt(2 * A_PAGE - 1) });
    const { lastSeq } = log;
    const run = only(await mirror.worker.sweep('apply'));
    expect(run).toMatchObject({
      state: 'complete',
      pages: 3,
      seen: PEOPLE,
      counts: { lookedFor: PEOPLE, inStep: PEOPLE - 5, drifted: 4, absent: 1, marked: 5 },
    });
    expect(readsSince(lastSeq)).toBe(PEOPLE);
    await mirror.converge();
    const again = only(await mirror.worker.sweep('apply'));
    expect(again).toMatchObject({ state: 'complete', counts: { inStep: PEOPLE } });
    expect(mirror.accounts('sunshine')).toHaveLength(PEOPLE);
  });

  it('keeps the pages before one that cannot be read, and asks for nothing once it has ended', async () => {
    const path = `/users/${await accountAt(A_PAGE + 50)}$`;
    mirror.simulators.faults('sunshine', { match: { method: 'GET', path }, status: 503, times: 'always' });
    const run = only(await mirror.worker.sweep('apply'));
    const { lastSeq } = mirror.simulators.running.sunshine.log;
    expect(run).toMatchObject({ state: 'incomplete', reason: 'http_503', counts: { inStep: A_PAGE } });
    await delay(300);
    expect(readsSince(lastSeq)).toBe(0);
    mirror.simulators.running.sunshine.clearFaults();
    expect(only(await mirror.worker.sweep('apply'))).toMatchObject({ state: 'complete', seen: PEOPLE });
  });
});

import { afterEach, describe, expect, it } from '@jest/globals';
import type { Allowances, User } from '#domain';
import { assignUser, changeStatus, clearAssignment, comeBack, linksOfUser, patchUser } from '#store';
import { decide, holdsOf } from '../support/holds.js';
import { interposed, linkOf, openMirror, type Mirror, type MirrorOptions } from '../support/mirror.js';
import { enter, only, person, range } from '../support/people.js';
import { restartWith } from '../support/restart.js';

const ACTOR = 'key:hr';
const ALL = { atLeast: 0, percent: 100 };
const RED = { PASSAGE_ASSIGN: 'tags.team=red', SENDAUTH_ASSIGN: 'tags.team=red' };

let mirror: Mirror;
afterEach(() => mirror.close());

/** A mirror in step, whose people are of the team red, but for `blue` of them at the end. */
async function inStep(count: number, blue: number, options: MirrorOptions = {}): Promise<User[]> {
  mirror = await openMirror({ providers: ['passage'], environment: RED, ...options });
  const teamOf = (n: number): string => (n > count - blue ? 'blue' : 'red');
  const users = await enter(
    mirror.roster,
    range(count).map((n) => person(n, { tags: { team: teamOf(n) } })),
  );
  await mirror.converge();
  return users;
}

const first = ([user]: readonly User[]): User => {
  if (user === undefined) throw new Error('nobody was entered');
  return user;
};
const states = (): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { state } of mirror.accounts('passage')) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
};
const wear = (user: User, team: string) =>
  patchUser(mirror.roster, ACTOR, { id: user.id, patch: { tags: { team } } });
const say = (user: User, assigned: boolean, provider = 'passage') =>
  assignUser(mirror.roster, ACTOR, { id: user.id, provider, assigned, reason: 'asked by their manager' });
const exactly = (suspend: number): Allowances => ({
  suspend: { atLeast: suspend, percent: 0 },
  remove: ALL,
  overwrite: ALL,
  create: ALL,
});
const due = async (): Promise<number> =>
  (await mirror.database.sql(`SELECT FROM links WHERE wanted > handled AND provider = 'passage'`)).length;
const writes = () =>
  [...mirror.simulators.running.passage.log.since(0)].filter(({ method }) => method !== 'GET').length;

describe('a rule', () => {
  it('P18: that is looked at again changes nothing, for people on either side of it', async () => {
    const users = await inStep(6, 3);
    expect(states()).toEqual({ live: 3 });
    const before = writes();
    for (const user of users)
      await patchUser(mirror.roster, ACTOR, { id: user.id, patch: { tags: { other: 'x' } } });
    await mirror.converge();
    expect([states(), writes()]).toEqual([{ live: 3 }, before]);
    const assigned = await mirror.database.sql(
      'SELECT assigned, count(*)::int AS links FROM links GROUP BY assigned ORDER BY assigned',
    );
    expect(assigned).toEqual([
      { assigned: false, links: 3 },
      { assigned: true, links: 3 },
    ]);
  });

  it('that is another after a restart moves exactly those whom it concerns; the same one makes nobody due', async () => {
    const users = await inStep(8, 0, { environment: {} });
    for (const user of users.slice(0, 3)) await wear(user, 'blue');
    await mirror.converge();
    const before = [...mirror.accounts('passage')].map(({ id }) => id);

    const narrow = await restartWith(mirror, { PASSAGE_ASSIGN: 'tags.team=red' });
    expect(narrow.due).toBeGreaterThanOrEqual(8);
    await narrow.worker.pass();
    expect(states()).toEqual({ live: 5, suspended: 3 });
    const again = await restartWith(mirror, { PASSAGE_ASSIGN: ' tags.team = red; ' });
    await again.worker.pass();
    expect((await restartWith(mirror, { PASSAGE_ASSIGN: 'tags.team="red"' })).due).toBe(0);

    const wide = await restartWith(mirror, {});
    await wide.worker.pass();
    expect(states()).toEqual({ live: 8 });
    expect([...mirror.accounts('passage')].map(({ id }) => id)).toEqual(before);
  });

  it('that is another in a rolling deploy holds in the end, whatever a worker with the former one does meanwhile', async () => {
    const users = await inStep(8, 0, { environment: {} });
    for (const user of users.slice(0, 3)) await wear(user, 'blue');
    await mirror.converge();

    const newer = await restartWith(mirror, { PASSAGE_ASSIGN: 'tags.team=red' });
    await mirror.worker.pass();
    expect([states(), await due()]).toEqual([{ live: 8 }, 8]);
    await newer.worker.pass();
    expect([states(), await due()]).toEqual([{ live: 5, suspended: 3 }, 0]);

    // By the former rule, a change of somebody shut out opens the account; a leaver is still shut out at once.
    const [blue, , , red] = users;
    await patchUser(mirror.roster, ACTOR, { id: blue?.id ?? '', patch: { email: 'new@example.com' } });
    await changeStatus(mirror.roster, ACTOR, { id: red?.id ?? '', verb: 'deactivate' });
    await mirror.worker.pass();
    expect([states(), await due()]).toEqual([{ live: 5, suspended: 3 }, 2]);
    await newer.worker.pass();
    expect([states(), await due()]).toEqual([{ live: 4, suspended: 4 }, 0]);
  });

  it('P9: that shuts out more people than the budget allows is held, and the hold goes when they are back in scope', async () => {
    const users = await inStep(20, 0, { environment: {}, engine: { allowances: exactly(4) } });
    for (const user of users.slice(0, 10)) await wear(user, 'blue');
    await mirror.converge();
    const { worker } = await restartWith(mirror, RED);
    await worker.pass();
    expect(states()).toEqual({ live: 16, suspended: 4 });
    const hold = only(await holdsOf(mirror));
    expect(hold).toMatchObject({ class: 'suspend', count: 6, steps: { suspend: 6 } });

    const [back = ''] = hold.sample;
    await patchUser(mirror.roster, ACTOR, { id: back, patch: { tags: { team: 'red' } } });
    await worker.pass();
    const rest = only(await holdsOf(mirror));
    expect([rest.count, (await linkOf(mirror.database, back, 'passage'))['held_step']]).toEqual([5, null]);
    await decide(mirror, rest);
    await worker.pass();
    expect([states(), await holdsOf(mirror)]).toEqual([{ live: 11, suspended: 9 }, []]);
  });

  it('P9: that lets many back in is a mass of ours, and people who are edited one by one are not', async () => {
    const overwrite = { atLeast: 2, percent: 0 };
    const users = await inStep(12, 0, {
      engine: { allowances: { ...exactly(100), suspend: ALL, overwrite } },
    });
    for (const user of users.slice(0, 8)) await wear(user, 'blue');
    await mirror.converge();
    expect(states()).toEqual({ live: 4, suspended: 8 });
    for (const user of users.slice(0, 4)) await wear(user, 'red');
    await mirror.converge();
    expect([states(), await holdsOf(mirror)]).toEqual([{ live: 8, suspended: 4 }, []]);

    const { worker } = await restartWith(mirror, {});
    await worker.pass();
    expect(states()).toEqual({ live: 10, suspended: 2 });
    expect(only(await holdsOf(mirror))).toMatchObject({ class: 'overwrite', count: 2 });
  });

  it('says nothing of whoever is deleted or purged', async () => {
    const users = await inStep(6, 1);
    const blue = users[5] ?? first(users);
    for (const user of [first(users), blue])
      await changeStatus(mirror.roster, ACTOR, { id: user.id, verb: 'delete' });
    await mirror.converge();
    expect(states()).toEqual({ live: 4, suspended: 1 });
    await comeBack(mirror.roster, ACTOR, { id: first(users).id, verb: 'restore' });
    await comeBack(mirror.roster, ACTOR, { id: blue.id, verb: 'restore' });
    await mirror.converge();
    expect(states()).toEqual({ live: 5 });
  });
});

describe('an override', () => {
  it('goes before the rule either way, and is ordinary: one person was asked for', async () => {
    const none = { atLeast: 0, percent: 0 };
    const users = await inStep(4, 1, {
      engine: { allowances: { ...exactly(100), suspend: ALL, overwrite: none } },
    });
    const [red, , , blue] = users;
    if (red === undefined || blue === undefined) throw new Error('too few');
    await say(red, false);
    await say(blue, true);
    await mirror.converge();
    expect(states()).toEqual({ live: 3, suspended: 1 });
    expect(only(await linksOfUser(mirror.database, red.id))).toMatchObject({
      assigned: false,
      assignedBy: 'override',
    });
    await wear(red, 'green');
    await mirror.converge();
    await wear(red, 'red');
    await mirror.converge();
    expect(states()).toEqual({ live: 3, suspended: 1 });

    await clearAssignment(mirror.roster, ACTOR, { id: red.id, provider: 'passage' });
    await clearAssignment(mirror.roster, ACTOR, { id: blue.id, provider: 'passage' });
    await mirror.converge();
    expect([states(), await holdsOf(mirror)]).toEqual([{ live: 3, suspended: 1 }, []]);
    expect(only(await linksOfUser(mirror.database, blue.id))).toMatchObject({
      assigned: false,
      assignedBy: 'rule',
    });
  });

  it('of one provider leaves what another repairs a repair', async () => {
    const users = await inStep(4, 0, { providers: ['passage', 'sendauth'] });
    const user = first(users);
    await say(user, false, 'sendauth');
    await mirror.converge();
    const rows = await mirror.database.sql<{ provider: string; same: boolean }>(
      `SELECT l.provider, l.applied_assignment_revision = u.assignment_revision AS same
       FROM links l JOIN users u ON u.id = l.user_id WHERE u.id = $1 ORDER BY 1`,
      [user.id],
    );
    expect(rows).toEqual([
      { provider: 'passage', same: true },
      { provider: 'sendauth', same: true },
    ]);
    expect(mirror.accounts('passage').every(({ state }) => state === 'live')).toBe(true);
  });

  it('said again changes nothing, and dissolves what was rejected', async () => {
    const users = await inStep(4, 0, { engine: { allowances: exactly(0) } });
    const user = first(users);
    expect((await say(user, false)).lane).toBe('revocation');
    expect((await say(user, false)).lane).toBe(null);
    await mirror.converge();
    await decide(mirror, only(await holdsOf(mirror)), { decision: 'rejected' });
    await mirror.converge();
    expect(only(await linksOfUser(mirror.database, user.id)).parked?.code).toBe('change_rejected');

    expect((await say(user, true)).lane).toBe('restore');
    await say(user, false);
    await mirror.converge();
    expect(only(await holdsOf(mirror))).toMatchObject({ class: 'suspend', count: 1 });
    expect(states()).toEqual({ live: 4 });
  });
});

describe('whoever leaves the scope between the plan and the call', () => {
  /** Has something committed after the users were read, and before intents are recorded. */
  async function passWith(interrupt: () => Promise<unknown>): Promise<void> {
    let isDue = true;
    const database = interposed(mirror.database, async (text) => {
      if (!isDue || !text.includes('standing AS')) return;
      isDue = false;
      await interrupt();
    });
    await mirror.hire({}, database).pass();
    expect(isDue).toBe(false);
  }

  it.each(['an edit', 'an override'])('is not created, when it was %s', async (by) => {
    await inStep(3, 0);
    const user = only(await enter(mirror.roster, [person(9, { tags: { team: 'red' } })]));
    await passWith(() => (by === 'an edit' ? wear(user, 'blue') : say(user, false)));
    await mirror.converge();
    expect(states()).toEqual({ live: 3 });
    expect(only(await linksOfUser(mirror.database, user.id))).toMatchObject({
      standing: 'inSync',
      accountId: null,
    });
  });

  it.each(['an edit', 'an override'])('is not opened, when it was %s', async (by) => {
    const users = await inStep(4, 0);
    const user = first(users);
    await wear(user, 'blue');
    await mirror.converge();
    const before = writes();
    await wear(user, 'red');
    await passWith(() => (by === 'an edit' ? wear(user, 'blue') : say(user, false)));
    await mirror.converge();
    expect([states(), writes()]).toEqual([{ live: 3, suspended: 1 }, before]);
  });
});

describe('an instance', () => {
  it('that is switched off keeps its links, shows them disabled and calls nobody; switched on again it goes on', async () => {
    const users = await inStep(4, 0, { providers: ['vault', 'sunshine', 'passage', 'sendauth'] });
    const before = [...mirror.accounts('passage')].map(({ id }) => id);
    const off = await restartWith(mirror, RED, ['passage']);
    expect(off.disabled).toEqual(['passage']);
    const total = mirror.simulators.running.passage.log.counts.total;
    await changeStatus(mirror.roster, ACTOR, { id: first(users).id, verb: 'deactivate' });
    await enter(mirror.roster, [person(50, { tags: { team: 'red' } })]);
    await off.worker.pass();
    const links = await linksOfUser(mirror.database, first(users).id);
    expect(links.map(({ provider, standing }) => [provider, standing])).toEqual([
      ['passage', 'disabled'],
      ['sendauth', 'inSync'],
      ['sunshine', 'inSync'],
      ['vault', 'notEnforceable'],
    ]);
    expect(links[0]?.accountId).toEqual(expect.any(String));
    expect(mirror.simulators.running.passage.log.counts.total).toBe(total);
    expect(states()).toEqual({ live: 4 });

    const on = await restartWith(mirror, RED);
    await on.worker.pass();
    expect(states()).toEqual({ live: 4, suspended: 1 });
    expect([...mirror.accounts('passage')].map(({ id }) => id)).toEqual(expect.arrayContaining(before));
  });

  it('that is switched on for the first time gets a link for everybody, and accounts for those in scope', async () => {
    const users = await inStep(6, 2, { providers: ['sendauth'] });
    const { worker } = await restartWith(mirror, RED, ['vault', 'sunshine']);
    await worker.pass();
    expect(states()).toEqual({ live: 4 });
    for (const user of users) expect(await linksOfUser(mirror.database, user.id)).toHaveLength(2);
  });
});

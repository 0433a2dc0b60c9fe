import { afterEach, describe, expect, it } from '@jest/globals';
import type { User } from '#domain';
import { changeStatus, comeBack, ignoreFinding, listFindings, patchUser, type Finding } from '#store';
import { accountOf, versionsOf } from '../support/damage.js';
import { linkOf, openMirror, type Mirror, type MirrorOptions } from '../support/mirror.js';
import { enter, only, person, range } from '../support/people.js';

let mirror: Mirror;
afterEach(() => mirror.close());

async function hire(count: number, options: MirrorOptions): Promise<User[]> {
  mirror = await openMirror(options);
  const users = await enter(
    mirror.roster,
    range(count).map((n) => person(n)),
  );
  await mirror.converge();
  return users;
}

async function sweep(): Promise<readonly Finding[]> {
  await mirror.worker.sweep('apply');
  await mirror.converge();
  return (await listFindings(mirror.database, { state: 'open', limit: 50 })).findings;
}

const edit = async (user: User, patch: { email: string | null }): Promise<void> => {
  await patchUser(mirror.roster, 'test', { id: user.id, patch });
  await mirror.converge();
};

describe('a leaver whose account cannot be shut', () => {
  it('is a finding for as long as it is so, and is found once', async () => {
    const [leaver] = await hire(3, { providers: ['vault', 'passage'] });
    if (leaver === undefined) throw new Error('nobody');
    await changeStatus(mirror.roster, 'test', { id: leaver.id, verb: 'deactivate' });
    await mirror.converge();

    const found = { provider: 'vault', kind: 'not_enforceable', userId: leaver.id, accountId: 'hr-1' };
    const finding = only(await sweep());
    expect(finding).toMatchObject(found);
    const before = await versionsOf(mirror.database);
    expect(await sweep()).toEqual([finding]);
    expect(await versionsOf(mirror.database)).toEqual(before);

    await comeBack(mirror.roster, 'test', { id: leaver.id, verb: 'reactivate' });
    await mirror.converge();
    expect(await sweep()).toEqual([]);
    await changeStatus(mirror.roster, 'test', { id: leaver.id, verb: 'deactivate' });
    await mirror.converge();
    expect(only(await sweep())).toMatchObject(found);
  });

  it('is something new when it is over and comes again, also where it was ignored', async () => {
    const [leaver] = await hire(3, { providers: ['vault'] });
    if (leaver === undefined) throw new Error('nobody');
    await changeStatus(mirror.roster, 'test', { id: leaver.id, verb: 'deactivate' });
    await mirror.converge();
    const first = only(await sweep());
    await ignoreFinding(mirror.roster, { findingId: first.id, actor: 'test', reason: 'until tomorrow' });
    expect(await sweep()).toEqual([]);
    await comeBack(mirror.roster, 'test', { id: leaver.id, verb: 'reactivate' });
    await mirror.converge();
    expect(await sweep()).toEqual([]);
    await changeStatus(mirror.roster, 'test', { id: leaver.id, verb: 'deactivate' });
    await mirror.converge();
    const again = only(await sweep());
    expect(again).toMatchObject({ kind: 'not_enforceable', userId: leaver.id });
    expect(again.id).not.toBe(first.id);
  });

  it('is found for everybody, however many they are', async () => {
    const leavers = await hire(601, { providers: ['vault'] });
    for (const { id } of leavers) await changeStatus(mirror.roster, 'test', { id, verb: 'deactivate' });
    await mirror.converge();
    const run = only(await mirror.worker.sweep('preview'));
    expect(run).toMatchObject({ state: 'complete', counts: { findings: 601 } });
    const rows = await mirror.database.sql<{ user_id: string }>(
      `SELECT user_id FROM findings WHERE kind = 'not_enforceable' AND state = 'open'`,
    );
    expect(new Set(rows.map((row) => row.user_id))).toEqual(new Set(leavers.map(({ id }) => id)));
  });
});

describe.each(['passage', 'sendauth'] as const)('at %s', (slug) => {
  it('an account that is gone and not made anew is a finding', async () => {
    const [user] = await hire(5, { providers: [slug] });
    if (user === undefined) throw new Error('nobody');
    const accountId = await accountOf(mirror.database, user.id, slug);
    mirror.simulators.running[slug].plant({ op: 'remove', id: accountId });
    // The sweep sees that it is gone, the mirror that it must not be made anew, the next sweep says so.
    await sweep();
    expect(only(await sweep())).toMatchObject({ kind: 'state_drift', userId: user.id, accountId });
  });

  it('users who wait for each other’s emails are a finding, whose proposal ends it', async () => {
    const users = await hire(5, { providers: [slug] });
    const [first, second, third] = users;
    if (first === undefined || second === undefined || third === undefined) throw new Error('nobody');
    const emails = [second, third, first].map(({ email }) => email);
    for (const [at, user] of [first, second, third].entries())
      await edit(user, { email: emails[at] ?? null });
    for (const { id } of [first, second, third])
      expect(await linkOf(mirror.database, id, slug)).toMatchObject({ park_code: 'identifier_taken' });

    const finding = only(await sweep());
    expect(finding).toMatchObject({ kind: 'identifier_cycle', attribute: 'email' });
    const circle = [first.id, second.id, third.id];
    expect(new Set(finding.detail['userIds'] as string[])).toEqual(new Set(circle));
    expect(finding.userId).toBe(circle.toSorted()[0]);

    const proposed = users.findIndex(({ id }) => id === finding.userId);
    const user = users[proposed];
    if (user === undefined) throw new Error('nobody');
    await edit(user, { email: 'for.a.while@example.com' });
    // Each of the others is woken by the one before.
    for (let each = 0; each < circle.length; each += 1) await mirror.converge();
    await edit(user, { email: emails[proposed] ?? null });
    expect(await sweep()).toEqual([]);
    const held = JSON.stringify(mirror.accounts(slug));
    for (const email of emails) expect(held).toContain(email);
    for (const id of circle)
      expect(await linkOf(mirror.database, id, slug)).toMatchObject({
        park_code: null,
        observed_state: 'live',
      });
  });
});

describe('users who wait for one and the same', () => {
  it('are no circle', async () => {
    const [holder, ...others] = await hire(4, { providers: ['passage'] });
    for (const user of others) await edit(user, { email: holder?.email ?? null });
    expect(await sweep()).toEqual([]);
  });
});

describe('an account that somebody writes again and again', () => {
  it('is a finding once it is no longer put right', async () => {
    const [user] = await hire(5, { providers: ['vault'] });
    if (user === undefined) throw new Error('nobody');
    const meddle = async (): Promise<readonly Finding[]> => {
      mirror.simulators.running.vault.plant({
        op: 'patch',
        id: user.externalKey,
        account: { metadata: { user_name: 'Theirs' } },
      });
      return sweep();
    };
    for (const round of range(3)) expect([round, await meddle()]).toEqual([round, []]);
    await meddle();
    expect(only(await sweep())).toMatchObject({ kind: 'fought_over', userId: user.id });
    await patchUser(mirror.roster, 'test', { id: user.id, patch: { displayName: 'Person One' } });
    await mirror.converge();
    expect(await sweep()).toEqual([]);
  });
});

import { afterEach, describe, expect, it } from '@jest/globals';
import { listFindings, type Finding } from '#store';
import { accountOf, plantStranger } from '../support/damage.js';
import { decide, holdsOf } from '../support/holds.js';
import { destructiveCalls, openLifecycleStage, type LifecycleStage } from '../support/lifecycle-stage.js';
import { enter, only, person, range } from '../support/people.js';

let stage: LifecycleStage;
afterEach(() => stage.close());

const NONE = { atLeast: 0, percent: 0 };
const ALL = { atLeast: 0, percent: 100 };
const NO_REMOVALS = { suspend: ALL, overwrite: ALL, create: ALL, remove: NONE };

const openOnes = async (): Promise<readonly Finding[]> =>
  (await listFindings(stage.mirror.database, { state: 'open', limit: 50 })).findings;
const sweep = async (): Promise<readonly Finding[]> => {
  await stage.mirror.worker.sweep('apply');
  await stage.mirror.converge();
  return openOnes();
};
const destroyed = (): string[] =>
  destructiveCalls('passage', stage.mirror.simulators.running.passage.log.since(0)).map(
    ({ accountId }) => accountId,
  );

/** People in step, and what a person has decided to remove, held for want of room. */
async function holdRemoval(damage: () => void): Promise<{ accountId: string; standInId: string }> {
  stage = await openLifecycleStage({ providers: ['passage'], engine: { allowances: NO_REMOVALS } });
  await enter(
    stage.mirror.roster,
    range(3).map((n) => person(n)),
  );
  await stage.mirror.converge();
  damage();
  const { id, accountId } = only(await sweep());
  if (accountId === null) throw new Error('a finding of no account');
  const asked = await stage.ask('POST', `/findings/${id}/remove`, {
    confirm: accountId,
    reason: 'a clean-up',
  });
  await stage.mirror.worker.pass();
  return { accountId, standInId: String(asked.body['userId']) };
}

/** The removal that was held is let pass. */
async function letPass(): Promise<void> {
  await decide(stage.mirror, only(await holdsOf(stage.mirror)));
  await stage.mirror.converge();
  await stage.mirror.worker.pass();
}

const orphan = (): void => {
  plantStranger(stage.mirror, 'passage', 1);
};
const duplicate = (): void => {
  stage.mirror.simulators.running.passage.plant({
    op: 'put',
    account: { email: 'person.1@example.com' },
  });
};

describe('a removal that is held, and then let pass', () => {
  it.each([
    ['an orphan', orphan],
    ['a second account', duplicate],
  ])('destroys %s that is still that', async (_, damage) => {
    const { accountId, standInId } = await holdRemoval(damage);
    expect(destroyed()).toEqual([]);
    await letPass();
    expect(destroyed()).toEqual([accountId]);
    expect((await stage.ask('GET', `/users/${standInId}`)).body).toMatchObject({ status: 'purged' });
  });

  it('is called off when its owner was entered meanwhile, and a person is asked again', async () => {
    const { accountId, standInId } = await holdRemoval(orphan);
    const owner = only(await enter(stage.mirror.roster, [person(9, { email: 'stranger.1@example.org' })]));
    await stage.mirror.worker.pass();
    await letPass();

    expect(destroyed()).toEqual([]);
    expect((await stage.ask('GET', `/users/${standInId}`)).body).toMatchObject({ status: 'purged' });
    expect(await stage.mirror.database.sql('SELECT 1 FROM intents WHERE user_id = $1', [standInId])).toEqual(
      [],
    );
    const again = only(await sweep());
    expect(again).toMatchObject({ kind: 'unlinked', accountId, userId: owner.id });
    const linked = { userId: owner.id, confirm: owner.externalKey };
    expect(await stage.ask('POST', `/findings/${again.id}/link`, linked)).toMatchObject({ status: 202 });
    await stage.mirror.converge();
    expect(stage.held('passage').get(accountId)).toMatchObject({ state: 'live' });
    expect(await accountOf(stage.mirror.database, owner.id, 'passage')).toBe(accountId);
  });

  it('is called off when its owner came under legal hold', async () => {
    const { accountId } = await holdRemoval(duplicate);
    const [owner] = (await stage.ask('GET', '/users?externalKey=hr-1')).body['users'] as { id: string }[];
    expect(await stage.ask('PUT', `/users/${owner?.id}/legal-hold`, { reason: 'a claim' })).toMatchObject({
      status: 200,
    });
    await letPass();
    expect(destroyed()).toEqual([]);
    expect(stage.held('passage').has(accountId)).toBe(true);
    expect(only(await sweep())).toMatchObject({ kind: 'duplicate_remote', accountId });
  });

  it('is called off when it is all that its owner has left', async () => {
    const { accountId } = await holdRemoval(duplicate);
    const [owner] = (await stage.ask('GET', '/users?externalKey=hr-1')).body['users'] as { id: string }[];
    const own = await accountOf(stage.mirror.database, owner?.id ?? '', 'passage');
    stage.mirror.simulators.running.passage.plant({ op: 'remove', id: own });
    await letPass();
    expect(destroyed()).toEqual([]);
    expect(stage.held('passage').has(accountId)).toBe(true);
  });
});

describe('whoever stands for an account that is to be destroyed', () => {
  it('is no user among the others', async () => {
    const { standInId } = await holdRemoval(orphan);
    const { users } = (await stage.ask('GET', '/users')).body as { users: { externalKey: string }[] };
    expect(users.map(({ externalKey }) => externalKey)).toEqual(['hr-1', 'hr-2', 'hr-3']);
    expect(await stage.ask('GET', `/users/${standInId}`)).toMatchObject({ status: 200 });
  });
});

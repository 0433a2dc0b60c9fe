import fc from 'fast-check';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { User } from '#domain';
import { patchUser } from '#store';
import { accountOf, openThere } from '../support/damage.js';
import { openLifecycleStage, type LifecycleStage } from '../support/lifecycle-stage.js';
import { linkOf } from '../support/mirror.js';
import { enter, only, person, range } from '../support/people.js';
import { propose } from '../support/previews.js';

let stage: LifecycleStage;
afterEach(() => stage.close());

async function hire(count: number, providers: readonly ('vault' | 'passage')[]): Promise<User[]> {
  stage = await openLifecycleStage({ providers });
  const users = await enter(
    stage.mirror.roster,
    range(count).map((n) => person(n)),
  );
  await stage.mirror.converge();
  for (const slug of providers) stage.mirror.simulators.running[slug].log.clear();
  return users;
}

const ids = (users: readonly User[]): string[] => users.map(({ id }) => id);
const writes = (slug: 'vault' | 'passage'): string[] =>
  [...stage.mirror.simulators.running[slug].log.since(0)]
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path }) => `${method} ${path}`);

/** Edits an account of Vault behind our back. */
function damage(user: User, name: string): void {
  stage.mirror.simulators.running.vault.plant({
    op: 'patch',
    id: user.externalKey,
    account: { metadata: { user_name: name } },
  });
}
const nameAt = (user: User): unknown =>
  stage.held('vault').get(user.externalKey)?.attributes['metadata.user_name'];

async function decide(plan: string, ...verbs: readonly string[]): Promise<void> {
  for (const verb of verbs) {
    const { status } = await stage.ask('POST', `/plans/${plan}/${verb}`);
    expect([verb, status < 300]).toEqual([verb, true]);
  }
}

describe('a plan', () => {
  it('names what differs and nothing else, sends no write, and does nothing until it is applied', async () => {
    const [ann, bob, carl] = await hire(3, ['vault']);
    if (ann === undefined || bob === undefined || carl === undefined) throw new Error('three were hired');
    damage(bob, 'Somebody Else');
    const plan = await propose(stage.mirror, 'vault', ids([ann, bob, carl]));
    expect((await stage.ask('GET', `/plans/${plan}`)).body).toMatchObject({
      state: 'proposed',
      steps: [{ provider: 'vault', kinds: 'update', state: 'proposed', reversible: true, count: 1 }],
    });
    expect((await stage.ask('GET', `/plans/${plan}/steps?provider=vault`)).body).toMatchObject({
      steps: [
        {
          userId: bob.id,
          attributes: ['metadata.user_name'],
          changes: { 'metadata.user_name': { held: 'Somebody Else', wanted: 'Person 2' } },
        },
      ],
      nextCursor: null,
    });
    await decide(plan, 'approve');
    await stage.mirror.converge();
    expect(writes('vault')).toEqual([]);
    expect(nameAt(bob)).toBe('Somebody Else');

    await decide(plan, 'apply');
    await stage.mirror.converge();
    await stage.mirror.worker.pass();
    expect(nameAt(bob)).toBe('Person 2');
    expect(writes('vault')).toEqual([`PATCH /vault/consumers/${bob.externalKey}`]);
    expect((await stage.ask('GET', `/plans/${plan}`)).body).toMatchObject({
      state: 'applied',
      steps: [{ state: 'applied', count: 1 }],
    });
    expect((await linkOf(stage.mirror.database, bob.id, 'vault'))['approved_plan']).toBeNull();
    const again = await propose(stage.mirror, 'vault', ids([ann, bob, carl]));
    expect((await stage.ask('GET', `/plans/${again}`)).body).toMatchObject({ steps: [] });
  });

  it('does nothing where something else is missing by then, and the next preview finds it', async () => {
    const [ann] = await hire(1, ['vault']);
    if (ann === undefined) throw new Error('one was hired');
    damage(ann, 'First');
    const plan = await propose(stage.mirror, 'vault', [ann.id]);
    await decide(plan, 'approve');
    // Repaired by somebody else, but for one thing more that nobody has seen.
    stage.mirror.simulators.running.vault.plant({
      op: 'patch',
      id: ann.externalKey,
      account: { metadata: { user_name: 'First', account_name: 'Another' } },
    });
    await decide(plan, 'apply');
    await stage.mirror.converge();
    await stage.mirror.worker.pass();
    expect(writes('vault')).toEqual([]);
    expect((await stage.ask('GET', `/plans/${plan}`)).body).toMatchObject({
      state: 'applied',
      steps: [{ kinds: 'update', state: 'stale', count: 1 }],
    });
    const again = await propose(stage.mirror, 'vault', [ann.id]);
    expect((await stage.ask('GET', `/plans/${again}/steps?provider=vault`)).body).toMatchObject({
      steps: [{ attributes: ['metadata.account_name', 'metadata.user_name'] }],
    });
  });

  it('that is stale leaves its account to the next sweep, and a leaver is shut out again', async () => {
    const [ann] = await hire(2, ['passage']);
    if (ann === undefined) throw new Error('two were hired');
    await stage.move(ann.id, 'deactivate');
    await stage.mirror.converge();
    const { mirror } = stage;
    const id = await accountOf(mirror.database, ann.id, 'passage');
    openThere(mirror, 'passage', id);
    const plan = only(await mirror.worker.sweep('preview')).requestId;
    await mirror.worker.pass();
    await decide(plan, 'approve');
    // Nobody has approved of shutting out whoever has this phone.
    mirror.simulators.running.passage.plant({ op: 'patch', id, account: { phone: '+41446680099' } });
    await decide(plan, 'apply');
    await mirror.converge();
    expect(stage.held('passage').get(id)).toMatchObject({ state: 'live' });
    expect((await stage.ask('GET', `/plans/${plan}`)).body).toMatchObject({ steps: [{ state: 'stale' }] });

    const preview = only(await mirror.worker.sweep('preview'));
    expect(preview.counts).toMatchObject({ inStep: 1, drifted: 1, planned: 1 });
    await mirror.worker.sweep('apply');
    await mirror.converge();
    expect(stage.held('passage').get(id)).toMatchObject({ state: 'suspended' });
  });

  it('ends also when somebody in it is purged before it is applied', async () => {
    const [ann, bob] = await hire(2, ['vault']);
    if (ann === undefined || bob === undefined) throw new Error('two were hired');
    damage(ann, 'First');
    damage(bob, 'First');
    const plan = await propose(stage.mirror, 'vault', ids([ann, bob]));
    await decide(plan, 'approve');
    await stage.move(ann.id, 'delete');
    await stage.move(ann.id, 'purge');
    await stage.mirror.converge();
    await decide(plan, 'apply');
    await stage.mirror.converge();
    await stage.mirror.worker.pass();
    const told = (await stage.ask('GET', `/plans/${plan}`)).body;
    expect(told).toMatchObject({ state: 'applied' });
    const steps = told['steps'] as readonly { state: string; count: number }[];
    expect(steps.map(({ state, count }) => `${state} ${count}`).toSorted()).toEqual(['applied 1', 'stale 1']);
  });

  it('never holds up what its user has been given since', async () => {
    const [ann] = await hire(1, ['vault']);
    if (ann === undefined) throw new Error('one was hired');
    damage(ann, 'First');
    const plan = await propose(stage.mirror, 'vault', [ann.id]);
    await decide(plan, 'approve', 'apply');
    await patchUser(stage.mirror.roster, 'test', { id: ann.id, patch: { displayName: 'New Name' } });
    await stage.mirror.converge();
    await stage.mirror.worker.pass();
    expect(nameAt(ann)).toBe('New Name');
    expect((await stage.ask('GET', `/plans/${plan}`)).body).toMatchObject({ steps: [{ state: 'stale' }] });
  });

  it('says what cannot be done, and what is lost', async () => {
    const [ann, bob] = await hire(2, ['passage']);
    if (ann === undefined || bob === undefined) throw new Error('two were hired');
    const id = (await stage.accountIds()).passage.get(ann.id);
    stage.mirror.simulators.running.passage.plant({ op: 'remove', id });
    const plan = await propose(stage.mirror, 'passage', ids([ann, bob]));
    expect((await stage.ask('GET', `/plans/${plan}/steps?provider=passage`)).body).toMatchObject({
      steps: [{ userId: ann.id, kinds: ['report'], loses: ['passkeys', 'social connections'] }],
    });
    await decide(plan, 'approve', 'apply');
    await stage.mirror.converge();
    expect(writes('passage')).toEqual([]);
    expect(await linkOf(stage.mirror.database, ann.id, 'passage')).toMatchObject({
      park_code: 'gone_at_provider',
    });
  });

  it('is decided once, applied once, and rejected for good', async () => {
    const [ann] = await hire(1, ['vault']);
    if (ann === undefined) throw new Error('one was hired');
    damage(ann, 'First');
    const plan = await propose(stage.mirror, 'vault', [ann.id]);
    expect(await stage.ask('POST', `/plans/${plan}/apply`)).toMatchObject({
      status: 409,
      body: { code: 'plan_state', state: 'proposed' },
    });
    expect(
      (await stage.ask('POST', `/plans/${plan}/reject`, { reason: 'theirs is right' })).body,
    ).toMatchObject({
      state: 'rejected',
      reason: 'theirs is right',
      steps: [{ state: 'rejected' }],
    });
    for (const verb of ['approve', 'reject', 'apply']) {
      expect((await stage.ask('POST', `/plans/${plan}/${verb}`)).body).toMatchObject({ code: 'plan_state' });
    }
    await stage.mirror.converge();
    expect(writes('vault')).toEqual([]);
    expect((await stage.ask('GET', '/plans/nonsense')).status).toBe(404);
  });
});

/** What happens to one person between the preview and the end. */
interface Fate {
  readonly before: 'nothing' | 'edited' | 'removed';
  readonly between: 'nothing' | 'editedAgain' | 'mended' | 'changed';
}

describe('whatever happens between the word and the deed', () => {
  it('applied is a subset of approved', async () => {
    const users = await hire(6, ['vault']);
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record<Fate>({
            before: fc.constantFrom('nothing', 'edited', 'removed'),
            between: fc.constantFrom('nothing', 'editedAgain', 'mended', 'changed'),
          }),
          { minLength: users.length, maxLength: users.length },
        ),
        async (fates) => {
          round += 1;
          const held = (user: User): boolean => stage.held('vault').has(user.externalKey);
          const name = (user: User): string => String(nameAt(user));
          const before = new Map(users.map((user) => [user.id, name(user)]));
          for (const [at, user] of users.entries()) {
            if (fates[at]?.before === 'edited') damage(user, `damaged ${round}`);
            if (fates[at]?.before === 'removed')
              stage.mirror.simulators.running.vault.plant({ op: 'remove', id: user.externalKey });
          }
          const plan = await propose(stage.mirror, 'vault', ids(users));
          await decide(plan, 'approve');
          for (const [at, user] of users.entries()) {
            const between = fates[at]?.between;
            if (between === 'changed')
              await patchUser(stage.mirror.roster, 'test', {
                id: user.id,
                patch: { displayName: `changed ${round}` },
              });
            if (!held(user)) continue;
            if (between === 'editedAgain') damage(user, `again ${round}`);
            if (between === 'mended') damage(user, before.get(user.id) ?? '');
          }
          stage.mirror.simulators.running.vault.log.clear();
          await decide(plan, 'apply');
          await stage.mirror.converge();
          const written = new Set(writes('vault').map((line) => line.split('/').at(-1)));
          for (const [at, user] of users.entries()) {
            const fate = fates[at];
            const isApproved = fate?.before !== 'nothing';
            const isAsSeen =
              fate?.between === 'nothing' || (fate?.before === 'removed' && fate.between !== 'changed');
            const isOrdinary = fate?.between === 'changed';
            const mayWrite = isOrdinary || (isApproved && isAsSeen);
            // A create names nobody in its path; who has an account again tells.
            const didWrite = written.has(user.externalKey) || (fate?.before === 'removed' && held(user));
            expect([user.externalKey, fate, didWrite]).toEqual([user.externalKey, fate, mayWrite]);
          }
          // As at the start for the next round.
          for (const user of users) {
            await patchUser(stage.mirror.roster, 'test', {
              id: user.id,
              patch: { displayName: `round ${round}` },
            });
          }
          await stage.mirror.converge();
        },
      ),
      { numRuns: 25 },
    );
  }, 120_000);
});

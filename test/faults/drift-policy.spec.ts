import { afterEach, describe, expect, it } from '@jest/globals';
import type { User } from '#domain';
import { ignoreFinding, listFindings, patchUser, type Finding } from '#store';
import { accountOf, editThere } from '../support/damage.js';
import { openLifecycleStage, type LifecycleStage } from '../support/lifecycle-stage.js';
import { doubtEverything, linkOf } from '../support/mirror.js';
import { enter, only, person } from '../support/people.js';

let stage: LifecycleStage;
afterEach(() => stage.close());

async function hire(drift: string): Promise<User> {
  stage = await openLifecycleStage({ providers: ['vault'], environment: { VAULT_DRIFT: drift } });
  const user = only(await enter(stage.mirror.roster, [person(1)]));
  await stage.mirror.converge();
  return user;
}

/** Somebody else writes name and email over there. */
async function meddle({ externalKey }: User): Promise<void> {
  stage.mirror.simulators.running.vault.plant({
    op: 'patch',
    id: externalKey,
    account: { metadata: { user_name: 'Theirs', email: 'theirs@example.com' } },
  });
  await doubtEverything(stage.mirror.database);
  await stage.mirror.converge();
}

const held = ({ externalKey }: User): Record<string, unknown> => {
  const attributes = stage.held('vault').get(externalKey)?.attributes;
  return { name: attributes?.['metadata.user_name'], email: attributes?.['metadata.email'] };
};

describe('drift of attributes', () => {
  it('is written over where it is enforced', async () => {
    const user = await hire('enforce');
    await meddle(user);
    expect(held(user)).toEqual({ name: 'Person 1', email: 'person.1@example.com' });
  });

  it('stands where it is not, also when something else of the account is written', async () => {
    const user = await hire('enforce, metadata.user_name=report');
    await meddle(user);
    expect(held(user)).toEqual({ name: 'Theirs', email: 'person.1@example.com' });
    await patchUser(stage.mirror.roster, 'test', { id: user.id, patch: { company: 'Elsewhere' } });
    await stage.mirror.converge();
    await doubtEverything(stage.mirror.database);
    await stage.mirror.converge();
    expect(held(user)).toMatchObject({ name: 'Theirs' });
    expect(stage.held('vault').get(user.externalKey)?.attributes['metadata.account_name']).toBe('Elsewhere');
  });

  it('gives way to what the user is given afterwards', async () => {
    const user = await hire('ignore');
    await meddle(user);
    expect(held(user)).toEqual({ name: 'Theirs', email: 'theirs@example.com' });
    await patchUser(stage.mirror.roster, 'test', { id: user.id, patch: { displayName: 'Person One' } });
    await stage.mirror.converge();
    expect(held(user)).toEqual({ name: 'Person One', email: 'theirs@example.com' });
  });

  it('is not fought over for ever, and an edit is still written', async () => {
    const user = await hire('enforce');
    for (let round = 0; round < 3; round += 1) {
      await meddle(user);
      expect(held(user)).toMatchObject({ name: 'Person 1' });
    }
    await meddle(user);
    expect(held(user)).toMatchObject({ name: 'Theirs' });
    expect(await linkOf(stage.mirror.database, user.id, 'vault')).toMatchObject({ park_code: 'fought_over' });
    await patchUser(stage.mirror.roster, 'test', { id: user.id, patch: { displayName: 'Person One' } });
    await stage.mirror.converge();
    expect(held(user)).toEqual({ name: 'Person One', email: 'person.1@example.com' });
    // Days later it is another story.
    await stage.mirror.database.sql(`UPDATE links SET repaired_at = now() - interval '8 days'`);
    await meddle(user);
    expect(held(user)).toMatchObject({ name: 'Person One' });
  });

  it('is found where it is reported, and no longer once it is gone', async () => {
    const user = await hire('metadata.user_name=report, metadata.email=ignore');
    await meddle(user);
    const open = async (): Promise<unknown> => {
      await stage.mirror.worker.sweep('apply');
      await stage.mirror.converge();
      return (await stage.ask('GET', '/findings?state=open')).body['findings'];
    };
    const found = { kind: 'drift', userId: user.id, detail: { attributes: ['metadata.user_name'] } };
    expect(await open()).toMatchObject([found]);
    expect(await open()).toMatchObject([found]);
    expect(held(user)).toMatchObject({ name: 'Theirs' });
    await patchUser(stage.mirror.roster, 'test', { id: user.id, patch: { displayName: 'Person One' } });
    await stage.mirror.converge();
    expect(await open()).toEqual([]);
  });

  it('that is ignored is something new when it comes again after it was gone', async () => {
    const user = await hire('metadata.user_name=report, metadata.email=ignore');
    const sweep = async (): Promise<readonly Finding[]> => {
      await stage.mirror.worker.sweep('apply');
      await stage.mirror.converge();
      return (await listFindings(stage.mirror.database, { state: 'open', limit: 10 })).findings;
    };
    await meddle(user);
    const first = only(await sweep());
    await ignoreFinding(stage.mirror.roster, { findingId: first.id, actor: 'test', reason: 'theirs' });
    expect(await sweep()).toEqual([]);
    await patchUser(stage.mirror.roster, 'test', { id: user.id, patch: { displayName: 'Person One' } });
    await stage.mirror.converge();
    expect(await sweep()).toEqual([]);
    await meddle(user);
    expect(only(await sweep())).toMatchObject({ kind: 'drift', userId: user.id });
  });

  it('is still found where a walk had to pass over its link', async () => {
    stage = await openLifecycleStage({ providers: ['sunshine'], environment: { SUNSHINE_DRIFT: 'report' } });
    const [user] = await enter(stage.mirror.roster, [person(1), person(2)]);
    await stage.mirror.converge();
    editThere(stage.mirror, 'sunshine', await accountOf(stage.mirror.database, user?.id ?? '', 'sunshine'));
    const sweep = async (): Promise<readonly Finding[]> => {
      await stage.mirror.worker.sweep('apply');
      return (await listFindings(stage.mirror.database, { state: 'open', limit: 10 })).findings;
    };
    const found = await sweep();
    expect(found).toHaveLength(1);
    await stage.mirror.converge();
    await stage.mirror.database.sql(
      `UPDATE links SET wanted = wanted + 1, next_attempt_at = now() + interval '1 h' WHERE user_id = $1`,
      [user?.id],
    );
    expect(await sweep()).toEqual(found);
  });
});

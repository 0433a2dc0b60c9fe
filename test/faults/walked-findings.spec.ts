import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { User } from '#domain';
import { askForRuns, changeStatus, listFindings, patchUser, purgeUser, takeRun, type Finding } from '#store';
import { accountOf, editThere } from '../support/damage.js';
import { interposed, openMirror, type Mirror } from '../support/mirror.js';
import { enter, only, person, range } from '../support/people.js';

let mirror: Mirror;
afterEach(() => mirror.close());

/** People at Sunshine, in the order in which they are walked; the first one's account was edited, and that is reported. */
async function hire(count: number): Promise<[User, ...User[]]> {
  mirror = await openMirror({ providers: ['sunshine'], environment: { SUNSHINE_DRIFT: 'report' } });
  const [first, ...others] = await enter(
    mirror.roster,
    range(count).map((n) => person(n)),
  );
  if (first === undefined) throw new Error('nobody');
  await mirror.converge();
  editThere(mirror, 'sunshine', await accountOf(mirror.database, first.id, 'sunshine'));
  return [first, ...others];
}

const openFindings = async (): Promise<readonly Finding[]> =>
  (await listFindings(mirror.database, { state: 'open', limit: 10 })).findings;

async function sweep(): Promise<readonly Finding[]> {
  await mirror.worker.sweep('apply');
  await mirror.converge();
  return openFindings();
}

/** A new value of the user is written whatever the policy, and the drift is over. */
async function mendThere(user: User): Promise<void> {
  const id = await accountOf(mirror.database, user.id, 'sunshine');
  mirror.simulators.running.sunshine.plant({ op: 'patch', id, account: { profile: { givenName: 'Given' } } });
}

describe('a finding where our links are walked', () => {
  it('outlives a walk that leaves its link out, and ends with one that looks at it', async () => {
    const [edited] = await hire(12);
    const found = await sweep();
    expect(found).toMatchObject([{ kind: 'drift', userId: edited.id }]);
    await mendThere(edited);
    const about = [edited.id];
    await mirror.database.sql(
      `UPDATE links SET wanted = wanted + 1, next_attempt_at = now() + interval '1 h' WHERE user_id = $1`,
      about,
    );
    await mirror.worker.sweep('apply');
    expect(await openFindings()).toEqual(found);
    await mirror.database.sql('UPDATE links SET handled = wanted WHERE user_id = $1', about);
    await sweep();
    expect(await sweep()).toEqual([]);
  });

  it('outlives a walk that is taken over behind its link', async () => {
    const [, second] = await hire(12);
    const found = await sweep();
    expect(found).toHaveLength(1);
    const run = only(
      await askForRuns(mirror.roster, {
        providers: ['sunshine'],
        mode: 'apply',
        trigger: 'request',
        requestedBy: 'test',
      }),
    );
    await takeRun(mirror.database.sql, {
      providers: ['sunshine'],
      leaseToken: mirror.roster.newId(),
      leaseMs: 150,
    });
    await mirror.database.sql(
      `UPDATE runs SET position = $2, pages = 1, seen = 2, counts = '{"inStep": 2, "lookedFor": 2}', lease_until = now()
       WHERE id = $1`,
      [run.id, second?.id],
    );
    await mirror.worker.pass();
    await mirror.worker.takeRuns();
    expect(await mirror.database.sql('SELECT state FROM runs WHERE id = $1', [run.id])).toEqual([
      { state: 'complete' },
    ]);
    expect(await openFindings()).toEqual(found);
  });

  it('is not made of what we write ourselves between the link and its account', async () => {
    mirror = await openMirror({ providers: ['sunshine'], environment: { SUNSHINE_DRIFT: 'report' } });
    const user = only(await enter(mirror.roster, [person(1)]));
    await mirror.converge();
    // What was shown is not believed, until somebody sees one of ours.
    await mirror.database.sql(`UPDATE providers SET halt_scope = 'widening', halted_at = now()`);
    mirror.simulators.faults('sunshine', { match: { method: 'GET' }, times: 1, delayMs: 700 });
    const walk = { isRead: false };
    const watched = interposed(mirror.database, (text) => {
      walk.isRead ||= text.includes('ORDER BY l.user_id');
      return Promise.resolve();
    });
    const swept = mirror.hire({}, watched).sweep('apply');
    while (!walk.isRead) await delay(10);
    await delay(100); // for the answer
    await patchUser(mirror.roster, 'test', { id: user.id, patch: { givenName: 'Ours' } });
    await mirror.converge();
    const run = only(await swept);
    expect([run.state, run.seen, run.counts['lookedFor']]).toEqual(['complete', 1, undefined]);
    expect(await mirror.database.sql('SELECT halt_scope FROM providers')).toEqual([
      { halt_scope: 'widening' },
    ]);
    expect(JSON.stringify(mirror.accounts('sunshine'))).toContain('Ours');
    expect(await openFindings()).toEqual([]);
  });

  it('ends with the account that it is about', async () => {
    const [edited] = await hire(3);
    expect(await sweep()).toHaveLength(1);
    await changeStatus(mirror.roster, 'test', { id: edited.id, verb: 'delete' });
    await purgeUser(mirror.roster, 'test', { id: edited.id, now: new Date() });
    await mirror.converge();
    expect(await sweep()).toEqual([]);
  });
});

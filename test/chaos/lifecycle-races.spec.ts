import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { completePurges, findUser, startDuePurges } from '#store';
import {
  destructiveCalls,
  openLifecycleStage,
  PROVIDER_SLUGS,
  type LifecycleStage,
} from '../support/lifecycle-stage.js';
import { interposed } from '../support/mirror.js';
import { person, range } from '../support/people.js';

const PEOPLE = 24;

describe('a restore that races a purge', () => {
  let stage: LifecycleStage;
  afterEach(() => stage.close());

  /** People who are deleted everywhere. */
  async function enterDeleted(count: number): Promise<string[]> {
    stage = await openLifecycleStage();
    const ids: string[] = [];
    for (const n of range(count)) {
      ids.push(String((await stage.ask('POST', '/users', person(n))).body['id']));
    }
    await stage.mirror.converge();
    for (const id of ids) await stage.move(id, 'delete');
    await stage.mirror.converge();
    return ids;
  }

  /** A worker beside the race. @returns a function that ends it */
  function workBeside(): () => Promise<void> {
    const race = { isOver: false };
    const working = (async () => {
      while (!race.isOver) {
        await stage.mirror.worker.pass(50);
        await delay(5);
      }
    })();
    return async () => {
      race.isOver = true;
      await working;
    };
  }

  /** Who was told that they are back has every account; who was not has none, and only they were destroyed. */
  async function judge(ids: readonly string[], restored: ReadonlySet<string>): Promise<void> {
    const accounts = await stage.accountIds();
    for (const slug of PROVIDER_SLUGS) {
      const calls = destructiveCalls(slug, stage.mirror.simulators.running[slug].log.since(0));
      const destroyed = new Set(calls.map(({ accountId }) => accountId));
      for (const id of ids) {
        const accountId = accounts[slug].get(id) ?? '';
        const state = stage.held(slug).get(accountId)?.state ?? 'gone';
        const fate = restored.has(id) ? ['live', false] : ['gone', true];
        expect([slug, state, destroyed.has(accountId)]).toEqual([slug, ...fate]);
      }
      expect(calls).toHaveLength(ids.length - restored.size);
    }
    for (const id of ids) {
      const status = (await findUser(stage.mirror.roster.database, id))?.status;
      expect(status).toBe(restored.has(id) ? 'active' : 'purged');
    }
  }

  it('is answered by exactly one of the two, and destroys nobody who was told to be back', async () => {
    const ids = await enterDeleted(PEOPLE);
    const stop = workBeside();
    const restored = new Set<string>();
    await Promise.all(
      ids.map(async (id, at) => {
        const moves = at % 2 === 0 ? (['restore', 'purge'] as const) : (['purge', 'restore'] as const);
        const answers = await Promise.all(
          moves.map(async (move) => [move, (await stage.move(id, move)).status] as const),
        );
        const won = answers.filter(([, status]) => status === 200).map(([move]) => move);
        expect(won).toHaveLength(1);
        if (won[0] === 'restore') restored.add(id);
      }),
    );
    await stop();
    await stage.mirror.converge();
    await judge(ids, restored);
  });

  it('that was put off ends with the restore that came before its time, whatever the clock does', async () => {
    const ids = await enterDeleted(PEOPLE);
    const stop = workBeside();
    const restored = new Set<string>();
    await Promise.all(
      ids.map(async (id, at) => {
        const notBefore = new Date(Date.now() + 60).toISOString();
        expect((await stage.move(id, 'purge', { notBefore })).status).toBe(200);
        await delay(at * 6);
        const { status, body } = await stage.move(id, 'restore');
        if (status === 200) restored.add(id);
        else
          expect([status, body['code'], body['state']]).toEqual([
            409,
            'transition_refused',
            expect.any(String),
          ]);
      }),
    );
    await stop();
    await stage.mirror.converge();
    await judge(ids, restored);
  });

  it.each(['before', 'after'] as const)(
    'and commits %s the purge starts, while a worker has the links in hand',
    async (when) => {
      const [id = ''] = await enterDeleted(1);
      const { mirror } = stage;
      await stage.move(id, 'purge', { notBefore: new Date(Date.now() + 30).toISOString() });
      await delay(40);
      let answer = 0;
      const restore = async (): Promise<void> => {
        if (answer === 0) answer = (await stage.move(id, 'restore')).status;
      };
      if (when === 'before') await restore();
      await startDuePurges(mirror.roster, new Date());
      // The purge, if there is one, is asked for permission at this very moment.
      const database = interposed(mirror.database, async (text) => {
        if (text.includes('WITH asked AS')) await restore();
      });
      await mirror.hire({}, database).pass();
      await restore();
      await completePurges(mirror.roster);
      await mirror.converge();

      expect(answer).toBe(when === 'before' ? 200 : 409);
      await judge([id], new Set(when === 'before' ? [id] : []));
    },
  );
});

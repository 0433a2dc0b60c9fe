import { afterEach, describe, expect, it } from '@jest/globals';
import { importUsers } from '#store';
import { openLifecycleStage, type LifecycleStage } from '../support/lifecycle-stage.js';
import { interposed } from '../support/mirror.js';
import { only, person, range } from '../support/people.js';

let stage: LifecycleStage;
afterEach(() => stage.close());

/** The keys of so many people, by which Vault has their accounts. */
async function hire(count: number): Promise<string[]> {
  stage = await openLifecycleStage({ providers: ['vault'] });
  const people = range(count).map((n) => person(n));
  const bytes = (async function* () {
    yield await Promise.resolve(Buffer.from(people.map((each) => `${JSON.stringify(each)}\n`).join('')));
  })();
  await importUsers(stage.mirror.roster, { actor: 'test', bytes }, { format: 'ndjson' });
  await stage.mirror.converge(60_000);
  return people.map(({ externalKey }) => externalKey);
}

function removeThere(keys: readonly string[]): void {
  for (const id of keys) stage.mirror.simulators.running.vault.plant({ op: 'remove', id });
}

/** Reads of one account fail, and the list does not. */
function failReads(key: string, times: number | 'always'): void {
  const path = `/consumers/${key}$`;
  stage.mirror.simulators.faults('vault', { match: { method: 'GET', path }, status: 503, times });
}

const stepsOf = async (plan: string): Promise<unknown> =>
  (await stage.ask('GET', `/plans/${plan}`)).body['steps'];

describe('a preview that reads who was not shown', () => {
  it('outlives reads that fail for a moment, and has everybody in its plan', async () => {
    const keys = await hire(30);
    const missing = keys.slice(0, 3);
    removeThere(missing);
    failReads(only(missing.slice(0, 1)), 1);
    const run = only(await stage.mirror.worker.sweep('preview'));
    expect(run).toMatchObject({ state: 'complete', counts: { absent: 3, planned: 3 } });
    expect(await stepsOf(run.requestId)).toMatchObject([{ kinds: 'provision', count: 3 }]);
  });

  it('gives up on one that goes on failing, and its plan says so', async () => {
    const keys = await hire(30);
    removeThere(keys.slice(0, 2));
    failReads(only(keys.slice(0, 1)), 'always');
    const run = only(await stage.mirror.worker.sweep('preview'));
    expect(run).toMatchObject({ state: 'incomplete', reason: 'http_503' });
    const { id, provider, state, reason } = run;
    await stage.mirror.worker.pass();
    const plan = await stage.ask('GET', `/plans/${run.requestId}`);
    expect(plan.body).toMatchObject({
      state: 'proposed',
      runs: [{ id, provider, state, reason }],
      steps: [],
    });
  });

  it('works out so many at a time, however many they are', async () => {
    const keys = await hire(2_300);
    removeThere(keys.slice(0, 110));
    const drawn: number[] = [];
    const watched = interposed(stage.mirror.database, (text) => {
      if (text.includes('INSERT INTO plan_steps')) drawn.push(drawn.length);
      return Promise.resolve();
    });
    const run = only(await stage.mirror.hire({}, watched).sweep('preview'));
    expect(run).toMatchObject({ state: 'complete', counts: { absent: 110, planned: 110 } });
    expect(await stepsOf(run.requestId)).toMatchObject([{ count: 110 }]);
    expect(drawn).toHaveLength(2);
  }, 120_000);
});

import { afterEach, describe, expect, it } from '@jest/globals';
import { WorkerEngine } from '../../apps/worker/src/engine.js';
import { createLogger, systemClock } from '#observability';
import { DoorbellQueue } from '#queue';
import { openMirror, type Mirror } from '../support/mirror.js';
import { enter, person, range } from '../support/people.js';
import { until } from '../support/until.js';

describe('a worker whom no bell reaches', () => {
  let mirror: Mirror;
  let queue: DoorbellQueue;
  let engine: WorkerEngine;
  afterEach(async () => {
    await engine.stop(1_000);
    await queue.close(1_000);
    await mirror.close();
  });

  it('takes ordinary work up with its tick, as when all bells went to one who is at work already', async () => {
    mirror = await openMirror({ providers: ['passage'] });
    queue = await DoorbellQueue.open(
      { redisUrl: null, databaseUrl: mirror.databaseUrl, prefix: 'unrung', onError: () => undefined },
      ['passage'],
    );
    const parts = mirror.worker.room('passage').engine;
    // Never started: it answers no bell.
    engine = new WorkerEngine({
      ...parts,
      retentionDays: null,
      roster: mirror.roster,
      registry: mirror.registry,
      queue,
      clock: systemClock,
      log: createLogger({ level: 'silent', name: 'test' }),
    });
    await enter(
      mirror.roster,
      range(20).map((n) => person(n)),
    );
    expect(await queue.topUp('passage', 'live')).toBe(true);
    await engine.tick();
    await until(() => mirror.accounts('passage').length === 20);
  });
});

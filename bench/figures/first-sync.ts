import { measured, type Figure, type Scale, type Target } from '../figure.js';
import type { Measurement } from '../measurement.js';
import { sendBare } from '../contestants/bare.js';
import { sendNaively } from '../contestants/naive.js';
import { sendRecording } from '../contestants/recording.js';
import { startApp } from '../stage/apps.js';
import { enterPeople } from '../stage/people.js';
import { recordFirstSync, type Requests } from '../stage/recording.js';
import { callsPerSecond } from '../rates.js';
import { PROVIDERS, type Provider } from '../stage/simulators.js';
import { CONCURRENCY, type Stage } from '../stage/stage.js';
import { clear, halt, open, untilSettled } from '../stage/state.js';

/** A worker notices a halt with its next tick. */
const NOTICED_WITHIN_MS = 2_000;

/** What one round of one provider came to, in calls a second. */
interface Round {
  readonly provider: Provider;
  readonly bare: number;
  readonly ours: number;
  readonly naive: number;
  readonly recording: number;
  readonly mutatingPerUser: number;
  readonly bytesPerUser: number;
}

/**
 * B1, B2, B4 and half of B16: everybody on the roster is mirrored to a provider that holds nobody, once by a worker, once
 * by a loop that sends the same requests and nothing else, once by one that selects, calls and updates, and once by one
 * that claims and settles like a worker and knows nothing else.
 */
export const firstSync: Measurement = {
  ids: ['B1', 'B2', 'B4', 'B16'],
  measure: measureFirstSync,
};

async function measureFirstSync(stage: Stage, scale: Scale): Promise<Figure[]> {
  const requests = await recordFirstSync(stage, scale.people);
  const worker = await startApp(stage, 'worker');
  const rounds: Round[] = [];
  for (let round = 0; round <= scale.rounds; round += 1) {
    // The first is for the code to get warm, for which a few people are enough.
    const came = await play(stage, requests, round === 0 ? Math.ceil(scale.people / 5) : scale.people);
    if (round > 0) rounds.push(...came);
    for (const { provider, bare, ours, naive, recording } of came)
      stage.say(
        `  round ${round} ${provider}: bare ${bare.toFixed(0)}/s, ours ${ours.toFixed(0)}/s, naive ${naive.toFixed(0)}/s, recording ${recording.toFixed(0)}/s`,
      );
  }
  await worker.stop();
  return toFigures(rounds);
}

async function play(stage: Stage, requests: Requests, people: number): Promise<Round[]> {
  await halt(stage);
  await clear(stage);
  await enterPeople(stage.roster, people);
  await stage.database.sql('VACUUM ANALYZE');
  const users = (await stage.database.sql<{ id: string }>('SELECT id FROM users')).map(({ id }) => id);
  const rounds: Round[] = [];
  for (const provider of PROVIDERS) {
    const again = requests[provider].slice(0, people);
    const { origin } = new URL(stage.urls[provider]);
    const bare = await timed(stage, provider, () => sendBare(origin, again, CONCURRENCY));
    const ours = await timed(stage, provider, async () => {
      await open(stage, provider);
      await untilSettled(stage, [provider]);
    });
    const { calls } = await stage.simulators.summary(provider);
    const naive = await timed(stage, provider, () =>
      sendNaively(stage.databaseUrl, origin, { requests: again, concurrency: CONCURRENCY, users }),
    );
    rounds.push({
      provider,
      bare,
      ours,
      naive,
      recording: 0,
      mutatingPerUser: calls.mutating / people,
      bytesPerUser: 0,
    });
  }
  const bytesPerUser = (await bytesHeld(stage)) / people;
  const recording = await ratesOfRecording(stage, requests, people);
  return rounds.map((round, at) => ({ ...round, bytesPerUser, recording: recording[at] ?? 0 }));
}

/** Everybody is due once more; what the worker wrote stays, as it would at any later time. */
async function ratesOfRecording(stage: Stage, requests: Requests, people: number): Promise<number[]> {
  const { sql } = stage.database;
  await halt(stage);
  await new Promise((resolve) => setTimeout(resolve, NOTICED_WITHIN_MS));
  await sql('UPDATE links SET wanted = wanted + 1, next_attempt_at = now()');
  await sql('VACUUM ANALYZE');
  const rates: number[] = [];
  for (const provider of PROVIDERS) {
    const { origin } = new URL(stage.urls[provider]);
    const given = { provider, requests: requests[provider].slice(0, people), concurrency: CONCURRENCY };
    rates.push(await timed(stage, provider, () => sendRecording(sql, origin, given)));
  }
  return rates;
}

async function timed(stage: Stage, provider: Provider, work: () => Promise<void>): Promise<number> {
  await stage.simulators.reset(provider);
  await work();
  return callsPerSecond(await stage.simulators.calls(provider));
}

async function bytesHeld({ database }: Stage): Promise<number> {
  const [held] = await database.sql<{ bytes: string }>(
    `SELECT sum(pg_total_relation_size(c.oid)) AS bytes FROM pg_class c
     WHERE c.relname IN ('users', 'links', 'intents', 'audit', 'audit_values')`,
  );
  return Number(held?.bytes ?? 0);
}

function toFigures(rounds: readonly Round[]): Figure[] {
  const per = (read: (round: Round) => number, target?: Target, what = '') =>
    PROVIDERS.map((provider) =>
      measured(
        `${provider}${what}`,
        rounds.filter((round) => round.provider === provider).map(read),
        target === undefined ? {} : { target },
      ),
    );
  return [
    {
      id: 'B1',
      values: [
        ...per(({ ours, bare }) => ours / bare, { atLeast: 0.35 }),
        ...per(({ recording, bare }) => recording / bare, undefined, ', the recording loop'),
      ],
    },
    {
      id: 'B2',
      values: per(({ ours, naive }) => ours / naive, { atLeast: 1.5 }),
    },
    {
      id: 'B4',
      values: per(({ mutatingPerUser }) => mutatingPerUser, { atLeast: 1, atMost: 1 }),
    },
    {
      id: 'B16',
      values: [
        measured(
          'bytes a user',
          rounds.map(({ bytesPerUser }) => bytesPerUser),
          { unit: 'bytes' },
        ),
      ],
    },
  ];
}

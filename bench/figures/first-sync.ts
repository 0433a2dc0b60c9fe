import { measured, type Figure, type Scale, type Target } from '../figure.js';
import type { Measurement } from '../measurement.js';
import { sendBare } from '../contestants/bare.js';
import { sendNaively } from '../contestants/naive.js';
import { sendRecording } from '../contestants/recording.js';
import { PLAYS_A_ROUND, playsOf } from '../plays.js';
import { callsPerSecond } from '../rates.js';
import { startApp } from '../stage/apps.js';
import type { RecordedRequest } from '../stage/recorder.js';
import { recordFirstSync, type Requests } from '../stage/recording.js';
import { PROVIDERS, type Provider } from '../stage/simulators.js';
import { CONCURRENCY, type Stage } from '../stage/stage.js';
import { halt, open, untilSettled } from '../stage/state.js';
import { standReady } from '../stage/synced.js';

/** What one play of one provider came to, in calls a second. */
interface Played {
  readonly provider: Provider;
  readonly bare: number;
  readonly ours: number;
  readonly mutatingPerUser: number;
  readonly bytesPerUser: number;
}

/** The last play of a round, and those who are slow beside it. */
interface Round extends Played {
  readonly naive: number;
  readonly recording: number;
}

/**
 * B1, B2, B4 and half of B16: everybody on the roster is mirrored to a provider that holds nobody, by a worker and by a
 * loop that sends the same requests and nothing else; once a round also by one that selects, calls and updates, and by
 * one that claims and settles like a worker and knows nothing else.
 */
export const firstSync: Measurement = {
  ids: ['B1', 'B2', 'B4', 'B16'],
  measure: measureFirstSync,
};

async function measureFirstSync(stage: Stage, scale: Scale): Promise<Figure[]> {
  const requests = await recordFirstSync(stage, scale.people);
  const worker = await startApp(stage, 'worker');
  const plays: Played[] = [];
  const rounds: Round[] = [];
  for (const { round, play, counts } of playsOf(scale.rounds)) {
    // For code to get warm, a few people are enough.
    const people = counts ? scale.people : Math.ceil(scale.people / 5);
    const came = await playAll(stage, requests, people);
    for (const { provider, bare, ours } of came)
      stage.say(`  round ${round}.${play} ${provider}: bare ${bare.toFixed(0)}/s, ours ${ours.toFixed(0)}/s`);
    if (counts) plays.push(...came);
    if (play < PLAYS_A_ROUND) continue;
    const withOthers = await playOthers(stage, requests, { people, came });
    for (const { provider, naive, recording } of withOthers)
      stage.say(
        `  round ${round} ${provider}: naive ${naive.toFixed(0)}/s, recording ${recording.toFixed(0)}/s`,
      );
    if (counts) rounds.push(...withOthers);
  }
  await worker.stop();
  return toFigures(plays, rounds);
}

async function playAll(stage: Stage, requests: Requests, people: number): Promise<Played[]> {
  await standReady(stage, { people, latencyMs: 0 });
  const came: Omit<Played, 'bytesPerUser'>[] = [];
  for (const provider of PROVIDERS) {
    const again = requests[provider].slice(0, people);
    const { origin } = new URL(stage.urls[provider]);
    const bare = await timed(stage, provider, () => sendBare(origin, again, CONCURRENCY));
    const ours = await timed(stage, provider, async () => {
      await open(stage, provider);
      await untilSettled(stage, [provider]);
    });
    const { calls } = await stage.simulators.summary(provider);
    came.push({ provider, bare, ours, mutatingPerUser: calls.mutating / people });
  }
  const bytesPerUser = (await bytesHeld(stage)) / people;
  return came.map((played) => ({ ...played, bytesPerUser }));
}

/** Adds those who promise less, at the roster of the play before. */
async function playOthers(
  stage: Stage,
  requests: Requests,
  { people, came }: { readonly people: number; readonly came: readonly Played[] },
): Promise<Round[]> {
  const { sql } = stage.database;
  const ratesOf = async (send: Sender): Promise<number[]> => {
    const rates: number[] = [];
    for (const provider of PROVIDERS) {
      const { origin } = new URL(stage.urls[provider]);
      const again = requests[provider].slice(0, people);
      rates.push(await timed(stage, provider, () => send(provider, origin, again)));
    }
    return rates;
  };
  await sql('VACUUM ANALYZE');
  const users = (await sql<{ id: string }>('SELECT id FROM users')).map(({ id }) => id);
  const naive = await ratesOf((_, origin, again) =>
    sendNaively(stage.databaseUrl, origin, { requests: again, concurrency: CONCURRENCY, users }),
  );
  await makeDueAgain(stage);
  const recording = await ratesOf((provider, origin, again) =>
    sendRecording(sql, origin, { provider, requests: again, concurrency: CONCURRENCY }),
  );
  return came.map((played, at) => ({
    ...played,
    naive: naive[at] ?? Number.NaN,
    recording: recording[at] ?? Number.NaN,
  }));
}

type Sender = (provider: Provider, origin: string, requests: readonly RecordedRequest[]) => Promise<void>;

/** Everybody is due once more, and no worker is let in; what it wrote stays, as it would at any later time. */
async function makeDueAgain(stage: Stage): Promise<void> {
  await halt(stage);
  await stage.database.sql('UPDATE links SET wanted = wanted + 1, next_attempt_at = now()');
  await stage.database.sql('VACUUM ANALYZE');
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

function toFigures(plays: readonly Played[], rounds: readonly Round[]): Figure[] {
  const per = <Of extends Played>(
    all: readonly Of[],
    read: (of: Of) => number,
    { target, what = '' }: { readonly target?: Target; readonly what?: string },
  ) =>
    PROVIDERS.map((provider) =>
      measured(
        `${provider}${what}`,
        all.filter((one) => one.provider === provider).map(read),
        target === undefined ? {} : { target },
      ),
    );
  return [
    {
      id: 'B1',
      values: [
        ...per(plays, ({ ours, bare }) => ours / bare, { target: { atLeast: 0.35 } }),
        ...per(rounds, ({ recording, bare }) => recording / bare, { what: ', the recording loop' }),
      ],
    },
    {
      id: 'B2',
      values: per(rounds, ({ ours, naive }) => ours / naive, { target: { atLeast: 1.5 } }),
    },
    {
      id: 'B4',
      values: per(plays, ({ mutatingPerUser }) => mutatingPerUser, { target: { atLeast: 1, atMost: 1 } }),
    },
    {
      id: 'B16',
      values: [
        measured(
          'bytes a user',
          plays.map(({ bytesPerUser }) => bytesPerUser),
          { unit: 'bytes' },
        ),
      ],
    },
  ];
}

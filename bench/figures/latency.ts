import { sendBare } from '../contestants/bare.js';
import { measured, type Figure, type Scale } from '../figure.js';
import type { Measurement } from '../measurement.js';
import { playsOf } from '../plays.js';
import { callsPerSecondInTheMiddle } from '../rates.js';
import { startApp } from '../stage/apps.js';
import { recordFirstSync, type Requests } from '../stage/recording.js';
import { PROVIDERS, type Provider } from '../stage/simulators.js';
import { CONCURRENCY, type Stage } from '../stage/stage.js';
import { standReady, syncOne } from '../stage/synced.js';

const LATENCY_MS = 20;
/** What so many call slots could come to. */
const IDEAL = (CONCURRENCY / LATENCY_MS) * 1_000;
/** It takes as long as the provider does, so that more would only take longer. */
const MOST_PEOPLE = 4_000;

/** What one play of one provider came to, in calls a second. */
interface Played {
  readonly provider: Provider;
  readonly bare: number;
  readonly ours: number;
}

/** B3: a first sync to providers that take 20 ms for an answer, beside a bare loop that sends the same. */
export const latency: Measurement = { ids: ['B3'], measure: measureLatency };

async function measureLatency(stage: Stage, scale: Scale): Promise<Figure[]> {
  const people = Math.min(scale.people, MOST_PEOPLE);
  const requests = await recordFirstSync(stage, people);
  await startApp(stage, 'worker');
  const all: Played[] = [];
  for (const { round, play, counts } of playsOf(scale.rounds)) {
    const came = await playAll(stage, requests, people);
    if (counts) all.push(...came);
    for (const { provider, bare, ours } of came)
      stage.say(
        `  round ${round}.${play} ${provider}: bare ${bare.toFixed(0)}/s, ours ${ours.toFixed(0)}/s, ideal ${IDEAL}/s`,
      );
  }
  return toFigures(all);
}

async function playAll(stage: Stage, requests: Requests, people: number): Promise<Played[]> {
  await standReady(stage, { people, latencyMs: LATENCY_MS });
  const came: Played[] = [];
  for (const provider of PROVIDERS) {
    const bare = await rateOfBare(stage, provider, requests);
    await stage.simulators.reset(provider);
    await stage.simulators.setLatency(provider, LATENCY_MS);
    const ours = callsPerSecondInTheMiddle(await syncOne(stage, provider));
    came.push({ provider, bare, ours });
  }
  return came;
}

async function rateOfBare(
  { urls, simulators }: Stage,
  provider: Provider,
  requests: Requests,
): Promise<number> {
  const mark = await simulators.mark(provider);
  await sendBare(new URL(urls[provider]).origin, requests[provider], CONCURRENCY);
  return callsPerSecondInTheMiddle(await simulators.calls(provider, mark));
}

function toFigures(all: readonly Played[]): Figure[] {
  const per = (what: string, read: (played: Played) => number, more: Parameters<typeof measured>[2] = {}) =>
    PROVIDERS.map((provider) =>
      measured(`${provider}${what}`, all.filter((played) => played.provider === provider).map(read), more),
    );
  return [
    {
      id: 'B3',
      values: [
        ...per('', ({ ours }) => ours / IDEAL, { target: { atLeast: 0.9 } }),
        ...per(', the bare loop', ({ bare }) => bare / IDEAL),
      ],
    },
  ];
}

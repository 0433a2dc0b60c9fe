import { sendBare } from '../contestants/bare.js';
import { openGrounds, sweepPlainly, type Ground } from '../contestants/checking.js';
import { sendLooking } from '../contestants/looking.js';
import { measured, type Figure, type Scale } from '../figure.js';
import type { Measurement } from '../measurement.js';
import { PLAYS_A_ROUND } from '../plays.js';
import { startApp } from '../stage/apps.js';
import { standMirrored } from '../stage/mirrored.js';
import type { RecordedRequest } from '../stage/recorder.js';
import { recordFirstSync, type Requests } from '../stage/recording.js';
import { rowsWritten } from '../stage/rows-written.js';
import { sweepOnce } from '../stage/sweep-once.js';
import { PROVIDERS, type Call, type Provider } from '../stage/simulators.js';
import type { Stage } from '../stage/stage.js';

/** Pages follow each other; where accounts are read one by one, a sweep takes a quarter of the call slots. */
const AT_ONCE: Readonly<Record<Provider, number>> = { vault: 1, sunshine: 8, passage: 1, sendauth: 1 };

/** Sweeps of each provider before anything is measured: a worker's code gets faster for some 100,000 accounts. */
const WARM_UPS = 4;

interface Played {
  readonly provider: Provider;
  readonly latencyMs: number;
  readonly mutating: number;
  readonly oursMs: number;
  readonly bareMs: number;
  /** With no latency alone: with it, all of them wait for the provider. */
  readonly besides: Besides | null;
}

interface Besides {
  readonly lookingMs: number;
  readonly checkingMs: number;
}

const LATENCY_MS = 20;
/** Sunshine cannot be listed: a call for each person would tell at 20 ms what it tells at none. */
const LISTED: readonly Provider[] = ['vault', 'passage', 'sendauth'];

/** What is swept in a round. With no latency a sweep takes a second or less, so that each is played several times. */
const PLAYS: readonly { readonly latencyMs: number; readonly providers: readonly Provider[] }[] = [
  { latencyMs: 0, providers: Array.from({ length: PLAYS_A_ROUND }, () => PROVIDERS).flat() },
  { latencyMs: LATENCY_MS, providers: LISTED },
];

/** B6 and half of B16: everybody is looked at, and nobody differs. */
export const noOpSweep: Measurement = { ids: ['B6', 'B16'], measure: measureNoOpSweep };

async function measureNoOpSweep(stage: Stage, { people, rounds }: Scale): Promise<Figure[]> {
  const credentials = await recordFirstSync(stage, 1);
  await standMirrored(stage, people);
  const before = await rowsWritten(stage);
  const worker = await startApp(stage, 'worker');
  const grounds = openGrounds(stage);
  for (let sweep = 0; sweep < WARM_UPS; sweep += 1) {
    for (const provider of PROVIDERS) await sweepOnce(stage, provider, 'apply');
  }
  const all: Played[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const came = await playAll(stage, { people, credentials, grounds });
    // The first is for the others' code to get warm.
    if (round > 0) all.push(...came);
    for (const each of came) stage.say(`  round ${round} ${toLine(each)}`);
  }
  await worker.stop();
  const sweeps =
    WARM_UPS * PROVIDERS.length + (rounds + 1) * PLAYS.flatMap(({ providers }) => providers).length;
  return toFigures(all, ((await rowsWritten(stage)) - before) / sweeps);
}

interface Given {
  readonly people: number;
  readonly credentials: Requests;
  readonly grounds: ReadonlyMap<string, Ground>;
}

function toLine({ provider, latencyMs, oursMs, bareMs, besides }: Played): string {
  const others =
    besides === null
      ? ''
      : `, looking ${besides.lookingMs.toFixed(0)} ms, checking ${besides.checkingMs.toFixed(0)} ms`;
  return `${provider} at ${latencyMs} ms: sweep ${oursMs} ms, bare ${bareMs.toFixed(0)} ms${others}`;
}

async function playAll(stage: Stage, given: Given): Promise<Played[]> {
  const came: Played[] = [];
  for (const { latencyMs, providers } of PLAYS) {
    for (const provider of providers) {
      await stage.simulators.setLatency(provider, latencyMs);
      came.push(await play(stage, provider, latencyMs, given));
      await stage.simulators.setLatency(provider, 0);
    }
  }
  return came;
}

async function play(
  stage: Stage,
  provider: Provider,
  latencyMs: number,
  { people, credentials, grounds }: Given,
): Promise<Played> {
  const mark = await stage.simulators.mark(provider);
  const { startedAt, endedAt } = await sweepOnce(stage, provider, 'apply');
  const calls = await stage.simulators.calls(provider, mark);
  const requests = requestsOf(calls, credentials[provider][0]);
  const { origin } = new URL(stage.urls[provider]);
  const concurrency = AT_ONCE[provider];
  const bareMs = await durationMs(() => sendBare(origin, requests, concurrency));
  const playBesides = async (): Promise<Besides> => {
    const ground = grounds.get(provider);
    if (ground === undefined) throw new Error(`no adapter was opened for ${provider}`);
    const given = { provider, people, requests, concurrency };
    return {
      lookingMs: await durationMs(() => sendLooking(stage.database.sql, origin, given)),
      checkingMs: await durationMs(() => sweepPlainly(ground, { people, concurrency })),
    };
  };
  const oursMs = (endedAt?.getTime() ?? Number.NaN) - (startedAt?.getTime() ?? Number.NaN);
  return {
    provider,
    latencyMs,
    mutating: calls.filter(({ mutated }) => mutated).length,
    oursMs,
    bareMs,
    besides: latencyMs > 0 ? null : await playBesides(),
  };
}

async function durationMs(work: () => Promise<void>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}

/** What a sweep asked, to be asked again by whoever has the same credentials. */
function requestsOf(calls: readonly Call[], like: RecordedRequest | undefined): RecordedRequest[] {
  const headers = Object.fromEntries(
    Object.entries(like?.headers ?? {}).filter(([name]) => name !== 'content-type'),
  );
  return calls
    .filter(({ method }) => method === 'GET')
    .map(({ path }) => ({ method: 'GET', path, headers, body: null }));
}

function toFigures(plays: readonly Played[], written: number): Figure[] {
  const of = (provider: Provider, latencyMs: number): Played[] =>
    plays.filter((played) => played.provider === provider && played.latencyMs === latencyMs);
  const mutating = PROVIDERS.map((provider) =>
    measured(
      `mutating calls, ${provider}`,
      of(provider, 0).map((played) => played.mutating),
      { target: { atLeast: 0, atMost: 0 } },
    ),
  );
  const time = (provider: Provider, latencyMs: number) =>
    measured(
      `time at ${latencyMs} ms, ${provider}`,
      of(provider, latencyMs).map(({ oursMs, bareMs }) => oursMs / bareMs),
      { target: { atMost: 1.5 } },
    );
  const besides = (provider: Provider, contestant: 'looking' | 'checking') =>
    measured(
      `time at 0 ms, ${provider}, the ${contestant} loop`,
      of(provider, 0).map((played) => (played.besides?.[`${contestant}Ms`] ?? Number.NaN) / played.bareMs),
    );
  const rows = measured('rows written by a sweep', [written], { target: { atLeast: 0, atMost: 0 } });
  const times = [
    ...PROVIDERS.map((provider) => time(provider, 0)),
    ...PROVIDERS.map((provider) => besides(provider, 'looking')),
    ...PROVIDERS.map((provider) => besides(provider, 'checking')),
    ...LISTED.map((provider) => time(provider, LATENCY_MS)),
  ];
  return [
    { id: 'B6', values: [...mutating, rows, ...times] },
    { id: 'B16', values: [rows] },
  ];
}

import { Readable } from 'node:stream';
import { newId } from '#observability';
import { importUsers } from '#store';
import { dropRawTable, makeRawTable, upsertRaw } from '../contestants/raw-upsert.js';
import { changeSameRows, enterSameRows } from '../contestants/same-rows.js';
import { measured, type Figure, type Scale } from '../figure.js';
import type { Measurement } from '../measurement.js';
import { playsOf } from '../plays.js';
import { perSecond } from '../side-by-side.js';
import { startApp } from '../stage/apps.js';
import { rosterFile } from '../stage/people.js';
import type { Stage } from '../stage/stage.js';
import { clear } from '../stage/state.js';

/** What an import finds: nobody, everybody with another company, or everybody as they stand in the file. */
const KINDS = ['new people', 'changed people', 'unchanged people'] as const;
type Kind = (typeof KINDS)[number];

/** B10: a file of everybody, imported three times in a row. No app runs beside. */
export const imports: Measurement = { ids: ['B10'], measure: measureImports };

async function measureImports(stage: Stage, { people, rounds }: Scale): Promise<Figure[]> {
  // For the providers to be known, so that everybody gets four links.
  await (await startApp(stage, 'worker')).stop();
  const ratios = new Map<Kind, number[]>(KINDS.map((kind) => [kind, []]));
  const sameRows = new Map<Kind, number[]>([
    ['new people', []],
    ['changed people', []],
  ]);
  for (const { round, play, counts } of playsOf(rounds)) {
    const raw = await playRaw(stage, people);
    const same = await playSameRows(stage, people);
    const ours = await playOurs(stage, people);
    for (const kind of KINDS) {
      // What changes nothing is set against an upsert that rewrites every row: there is nothing leaner that could tell.
      const against = raw[kind === 'new people' ? 'entered' : 'rewritten'];
      stage.say(
        `  round ${round}.${play}, ${kind}: raw ${against.toFixed(0)} rows/s, ours ${ours[kind].toFixed(0)} rows/s, the same rows ${same[kind]?.toFixed(0) ?? 'none'}`,
      );
      if (!counts) continue;
      ratios.get(kind)?.push(ours[kind] / against);
      sameRows.get(kind)?.push((same[kind] ?? Number.NaN) / against);
    }
  }
  await clear(stage);
  const target = { atLeast: 0.25 };
  return [
    {
      id: 'B10',
      values: [
        ...[...ratios].map(([kind, all]) => measured(kind, all, { target })),
        ...[...sameRows].map(([kind, all]) => measured(`${kind}, the same rows by plain SQL`, all)),
      ],
    },
  ];
}

async function playRaw(
  { database: { sql } }: Stage,
  people: number,
): Promise<{ readonly entered: number; readonly rewritten: number }> {
  await makeRawTable(sql);
  const upsert = (company: string) => perSecond(people, () => upsertRaw(sql, people, { newId, company }));
  const entered = await upsert('Example');
  const rewritten = await upsert('Another');
  await dropRawTable(sql);
  return { entered, rewritten };
}

async function playSameRows(stage: Stage, people: number): Promise<Partial<Record<Kind, number>>> {
  await clear(stage);
  return {
    'new people': await perSecond(people, () => enterSameRows(stage.database, people, newId)),
    'changed people': await perSecond(people, () => changeSameRows(stage.database, 'Another')),
  };
}

async function playOurs(stage: Stage, people: number): Promise<Readonly<Record<Kind, number>>> {
  await clear(stage);
  const load = async (company: string): Promise<number> => {
    const file = [...rosterFile({ count: people }, { company })];
    return perSecond(people, async () => {
      const source = { actor: 'bench', bytes: Readable.from(file) };
      const { failed } = await importUsers(stage.roster, source, { format: 'ndjson' });
      if (failed > 0) throw new Error(`${failed} people were refused`);
    });
  };
  return {
    'new people': await load('Example'),
    'changed people': await load('Another'),
    'unchanged people': await load('Another'),
  };
}

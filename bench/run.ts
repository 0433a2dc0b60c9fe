import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Teardown } from '../scripts/stack/teardown.js';
import type { Outcome, RunFacts } from './figure.js';
import { chosen, makeAll } from './measurement.js';
import { MEASUREMENTS } from './measurements.js';
import type { BenchOptions } from './options.js';
import { jsonLine } from './report/json.js';
import { markdownOf } from './report/markdown.js';
import { withFigures } from './report/page.js';
import { tableOf } from './report/table.js';
import { openStage, type Say } from './stage/stage.js';

/** Beside the sources: what runs is below `dist`. */
const PAGE = new URL('../../docs/performance.md', import.meta.url);

/**
 * Makes the measurements that were asked for, and tells what came of them.
 * @returns the exit code: a missed target is a result, a figure that could not be measured is a failure
 */
export async function runBench(asked: BenchOptions, say: Say, teardown: Teardown): Promise<number> {
  const startedMs = performance.now();
  const { people, rounds, only } = asked;
  const stage = await openStage(say, teardown);
  const outcomes = await makeAll(chosen(MEASUREMENTS, only), stage, { people, rounds });
  const facts: RunFacts = {
    cores: availableParallelism(),
    node: process.version,
    people,
    rounds,
    durationMs: Math.round(performance.now() - startedMs),
  };
  if (asked.json) say(summaryOf(outcomes, facts));
  process.stdout.write(`${asked.json ? jsonLine(outcomes, facts) : summaryOf(outcomes, facts)}\n`);
  if (asked.write) await writePage(markdownOf(outcomes, facts));
  return outcomes.some(({ kind }) => kind === 'failed') ? 1 : 0;
}

async function writePage(figures: string): Promise<void> {
  await writeFile(PAGE, withFigures(await readFile(PAGE, 'utf8'), figures));
}

function summaryOf(outcomes: readonly Outcome[], facts: RunFacts): string {
  const { cores, node, people, rounds, durationMs } = facts;
  const line = `${cores} cores, Node ${node}, ${people} people, ${rounds} rounds, ${durationMs} ms`;
  return `${tableOf(outcomes)}\n${line}`;
}

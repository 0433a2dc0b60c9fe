import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { runCommand } from '../scripts/stack/run.js';
import type { Teardown } from '../scripts/stack/teardown.js';
import type { Outcome, RunFacts } from './figure.js';
import { chosen, makeAll } from './measurement.js';
import { MEASUREMENTS } from './measurements.js';
import { BadOptions, readOptions, type BenchOptions } from './options.js';
import { jsonLine } from './report/json.js';
import { markdownOf } from './report/markdown.js';
import { withFigures } from './report/page.js';
import { tableOf } from './report/table.js';
import { openStage } from './stage/stage.js';

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const options = optionsOrExit();
await runCommand({ say, main: (teardown) => bench(options, teardown) });

function optionsOrExit(): BenchOptions {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof BadOptions)) throw error;
    say(error.message);
    return process.exit(2);
  }
}

/** @returns the exit code: a missed target is a result, a figure that could not be measured is a failure */
async function bench(asked: BenchOptions, teardown: Teardown): Promise<number> {
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
  print(asked, outcomes, facts);
  if (asked.write) await writePage(markdownOf(outcomes, facts));
  return outcomes.some(({ kind }) => kind === 'failed') ? 1 : 0;
}

/** Beside the sources: what runs is below `dist`. */
const PAGE = new URL('../../docs/performance.md', import.meta.url);

async function writePage(figures: string): Promise<void> {
  await writeFile(PAGE, withFigures(await readFile(PAGE, 'utf8'), figures));
  say('wrote docs/performance.md');
}

function print({ json }: BenchOptions, outcomes: readonly Outcome[], facts: RunFacts): void {
  const { cores, node, people, rounds, durationMs } = facts;
  const table = `${tableOf(outcomes)}\n${cores} cores, Node ${node}, ${people} people, ${rounds} rounds, ${durationMs} ms`;
  if (!json) process.stdout.write(`${table}\n`);
  else {
    say(table);
    process.stdout.write(`${jsonLine(outcomes, facts)}\n`);
  }
}

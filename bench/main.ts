import { runCommand } from '../scripts/stack/run.js';
import { BadOptions, readOptions, type BenchOptions } from './options.js';
import { runBench } from './run.js';

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const options = optionsOrExit();
await runCommand({ say, main: (teardown) => runBench(options, say, teardown) });

function optionsOrExit(): BenchOptions {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof BadOptions)) throw error;
    say(error.message);
    return process.exit(2);
  }
}

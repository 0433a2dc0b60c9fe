import { parseArgs } from 'node:util';
import { runCommand } from '../scripts/stack/run.js';
import { measureFirstSync } from './figures/first-sync.js';
import { openStage } from './stage/stage.js';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    people: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '3' },
  },
});
const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

await runCommand({
  say,
  async main(teardown) {
    const stage = await openStage(say, teardown);
    const figures = await measureFirstSync(stage, {
      people: Number(options.people),
      rounds: Number(options.rounds),
    });
    process.stdout.write(`${JSON.stringify(figures, null, 1)}\n`);
    return 0;
  },
});

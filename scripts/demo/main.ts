import { runCommand } from '../stack/run.js';
import { startStack } from '../stack/start.js';
import type { Teardown } from '../stack/teardown.js';
import { refuseRoster } from './refuse-roster.js';
import { runDemo } from './demo.js';
import { readOptions } from './options.js';
import { sayUrls, type Screen } from './screen.js';

/** A purge is proven only after the time in which a late write could still arrive: a minute, unless it is set. */
const LATE_ARRIVAL_MS = '2000';

const options = readOptions(process.argv.slice(2));
const screen: Screen = {
  isTerminal: process.stdout.isTTY && !options.json,
  say(line) {
    process.stdout.write(`${line}\n`);
  },
};

await runCommand({
  // Not on standard output, whose last line is the result.
  say: (line) => process.stderr.write(`${line}\n`),
  async main(teardown) {
    try {
      return await demonstrate(teardown);
    } catch (error) {
      if (options.json && !teardown.isClosing) sayResult({ ok: false, error: firstLine(error) });
      throw error;
    }
  },
});

async function demonstrate(teardown: Teardown): Promise<number> {
  const lateArrivalMs = process.env['ROLLCALL_LATE_ARRIVAL_MS'] ?? LATE_ARRIVAL_MS;
  screen.say(
    `a purge is proven ${lateArrivalMs} ms after its last call here, not a minute as by default (ROLLCALL_LATE_ARRIVAL_MS)`,
  );
  const { DATABASE_URL: databaseUrl } = process.env;
  if (databaseUrl) await refuseRoster(databaseUrl);
  const environment = { ...process.env, ROLLCALL_LATE_ARRIVAL_MS: lateArrivalMs };
  const stack = await startStack(
    {
      environment,
      say: (line) => {
        screen.say(line);
      },
    },
    teardown,
  );
  const result = await Promise.race([runDemo(stack, screen), stack.failure()]).catch(
    async (error: unknown) => {
      if (teardown.isClosing) throw error;
      throw await stack.explain(error instanceof Error ? error.message : String(error));
    },
  );
  screen.say(result.ok ? `\nall verified in ${result.elapsedMs} ms` : '\nNOT verified');
  if (!options.once && result.ok) sayUrls(screen, stack);
  if (options.json) sayResult(result);
  if (!result.ok) return 1;
  return options.once ? 0 : stack.failure();
}

function sayResult(result: object): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

/** Without the log lines that follow it. */
function firstLine(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line;
}

import { Teardown } from './teardown.js';

/** A command that runs until it is done or told to stop, and leaves nothing running behind. */
export interface Command {
  /** Everything opened goes into the teardown. Resolves with the exit code when the command is done by itself. */
  main(teardown: Teardown): Promise<number>;
  /** Told one line when it is asked to stop. */
  say(line: string): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const PARENT_CHECK_MS = 1_000;

/**
 * Runs a command to its end and exits: 0 when it was told to stop by a signal, else with its own code, 1 on failure.
 * The teardown comes first in every case.
 */
export async function runCommand(command: Command): Promise<never> {
  const teardown = new Teardown();
  const stop = (why: string): void => {
    if (teardown.isClosing) return;
    command.say(`${why}: stopping`);
    void finish(teardown, 0);
  };
  for (const signal of SIGNALS)
    process.on(signal, () => {
      stop(signal);
    });
  watchNpm(() => {
    stop('npm is gone');
  });
  try {
    return await finish(teardown, await command.main(teardown));
  } catch (error) {
    // A part that ends because it was told to is no failure; the signal's own end is under way.
    if (teardown.isClosing) return new Promise<never>(() => undefined);
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return finish(teardown, 1);
  }
}

async function finish(teardown: Teardown, code: number): Promise<never> {
  try {
    await teardown.close();
  } catch (error) {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  }
  process.exit(code);
}

/** npm passes signals on, but nobody tells us when npm itself is killed; our parent is another one then. */
function watchNpm(onGone: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const npm = process.ppid;
  setInterval(() => {
    if (process.ppid !== npm) onGone();
  }, PARENT_CHECK_MS).unref();
}

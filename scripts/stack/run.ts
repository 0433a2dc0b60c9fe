import { Teardown } from './teardown.js';
import { watchNpm } from './watch-npm.js';

/** A command that runs until it is done or told to stop, and leaves nothing running behind. */
export interface Command {
  /** Everything opened goes into the teardown. Resolves with the exit code when the command is done by itself. */
  main(teardown: Teardown): Promise<number>;
  /** Told one line when it is asked to stop. */
  say(line: string): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

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

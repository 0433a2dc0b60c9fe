import { parseArgs } from 'node:util';

/** How the demo was asked to run. */
export interface DemoOptions {
  /** Exit when everything is shown and verified, instead of staying up. */
  readonly once: boolean;
  /** Print the result as the last line, for programs. */
  readonly json: boolean;
}

/** @throws TypeError on an option that there is not */
export function readOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { once: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
  });
  return values;
}

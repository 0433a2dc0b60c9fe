import { parseArgs } from 'node:util';
import { isFigureId, TITLES, type FigureId } from './titles.js';

/** How the benchmark was asked to run. */
export interface BenchOptions {
  /** Print one line of JSON on standard output, and the table beside it on standard error. */
  readonly json: boolean;
  /** Write the table into docs/performance.md. */
  readonly write: boolean;
  /** Which figures; `null` for all. */
  readonly only: ReadonlySet<FigureId> | null;
  /** People on the roster; figures about more or fewer scale with it. */
  readonly people: number;
  /** Rounds that count; one more goes before them. */
  readonly rounds: number;
}

/** Options that are not understood. */
export class BadOptions extends Error {
  override readonly name = 'BadOptions';
}

const LEAST_PEOPLE = 500;
const MOST_PEOPLE = 100_000;
const MOST_ROUNDS = 50;

/** @throws BadOptions that says what is allowed */
export function readOptions(args: readonly string[]): BenchOptions {
  const { json, write, only, people, rounds } = parse(args);
  if (write && only !== undefined)
    throw new BadOptions('--write puts all figures on the page: leave --only out');
  return {
    json,
    write,
    only: only === undefined ? null : readIds(only),
    people: readCount('--people', people, { least: LEAST_PEOPLE, most: MOST_PEOPLE }),
    rounds: readCount('--rounds', rounds, { least: 1, most: MOST_ROUNDS }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        only: { type: 'string' },
        people: { type: 'string', default: '20000' },
        rounds: { type: 'string', default: '3' },
      },
    }).values;
  } catch (error) {
    throw new BadOptions(
      `${error instanceof Error ? error.message : String(error)}; there are --json, --write, --only, --people and --rounds`,
      { cause: error },
    );
  }
}

function readIds(text: string): ReadonlySet<FigureId> {
  const names = text.split(',').map((name) => name.trim().toUpperCase());
  const unknown = names.filter((name) => !isFigureId(name));
  if (unknown.length > 0) {
    throw new BadOptions(
      `--only names no figure by ${unknown.map((name) => `"${name}"`).join(', ')}; there are ${Object.keys(TITLES).join(', ')}`,
    );
  }
  return new Set(names.filter(isFigureId));
}

function readCount(
  option: string,
  text: string,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (count >= least && count <= most) return count;
  throw new BadOptions(`${option} must be a whole number from ${least} to ${most}, and is "${text}"`);
}

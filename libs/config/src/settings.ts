import type { z } from 'zod';
import type { Allowances } from '#domain';
import { nearestName } from './nearest.js';
import { SettingsError, type SettingProblem } from './problem.js';
import { LINES, SETTINGS, type SettingLine } from './setting-lines.js';

/** What a process is started with. */
export type Environment = Readonly<Record<string, string | undefined>>;

type Lines = typeof LINES;
type ValueOf<Line extends SettingLine> =
  | z.output<Line['rule']>
  | (Line extends { readonly required: true } | { readonly default: string } ? never : null);

/** Every setting, checked. Durations are in milliseconds; credentials are wrapped and print as `[secret]`. */
export type Settings = { readonly [Field in keyof Lines]: ValueOf<Lines[Field]> };

/** The budgets for mass changes, by class. */
export function allowancesOf(settings: Settings): Allowances {
  const { budgetSuspend, budgetRemove, budgetOverwrite, budgetCreate } = settings;
  return { suspend: budgetSuspend, remove: budgetRemove, overwrite: budgetOverwrite, create: budgetCreate };
}

/** What a lease must have left beyond one call: to settle, and for clocks that do not agree. */
const LEASE_MARGIN_MS = 5000;

/** Names that are ours and read elsewhere: by the simulators, and by whatever runs the tests. */
const FOREIGN_NAMES = /^ROLLCALL_(?:TEST_|SPECS_DIR$|SIMULATORS_PORT$)/;

/**
 * Reads the settings of a process. A variable that is set to nothing counts as not set.
 * @throws SettingsError that names everything that is wrong, and no value
 */
export function readSettings(environment: Environment): Settings {
  const problems: SettingProblem[] = unknownNames(environment);
  const values = Object.entries(LINES).map(([field, line]) => [field, readLine(line, environment, problems)]);
  // The fields and their types are those of LINES, which the entries come from.
  const settings = Object.fromEntries(values) as Settings;
  if (problems.length === 0) problems.push(...conflicts(settings));
  if (problems.length > 0) throw new SettingsError(problems);
  return settings;
}

function readLine(line: SettingLine, environment: Environment, problems: SettingProblem[]): unknown {
  const given = textOf(environment, line.name) ?? line.default;
  if (given === null) {
    if (line.required) {
      problems.push({ name: line.name, rule: 'is required', remedy: `set it: ${line.meaning}` });
    }
    return null;
  }
  const read = line.rule.safeParse(given);
  if (read.success) return read.data;
  const remedy = line.default === null ? 'correct it' : `correct it, or leave it out for ${line.default}`;
  problems.push({ name: line.name, rule: read.error.issues[0]?.message ?? 'is not understood', remedy });
  return null;
}

function unknownNames(environment: Environment): SettingProblem[] {
  const known = SETTINGS.map(({ name }) => name);
  const unknown = Object.keys(environment).filter(
    (name) => name.startsWith('ROLLCALL_') && !known.includes(name) && !FOREIGN_NAMES.test(name),
  );
  return unknown.map((name) => ({
    name,
    rule: 'is not a setting',
    remedy: `did you mean ${nearestName(name, known) ?? 'another'}?`,
  }));
}

function conflicts(settings: Settings): SettingProblem[] {
  const leastMs = settings.callTimeoutMs + LEASE_MARGIN_MS;
  if (settings.leaseMs > leastMs) return [];
  return [
    {
      name: LINES.leaseMs.name,
      rule: `must be above ${leastMs}, which is ${LINES.callTimeoutMs.name} and a margin of ${LEASE_MARGIN_MS}`,
      remedy: 'lengthen the lease or shorten the call timeout',
    },
  ];
}

/** One variable; set to nothing is not set. */
export function textOf(environment: Environment, name: string): string | null {
  const text = environment[name];
  return text === undefined || text === '' ? null : text;
}

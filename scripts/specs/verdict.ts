import Table from 'cli-table3';
import type { Official } from './operations.js';
import type { OperationCount, Tally } from './tally.js';

/** Fewer say too little to be called proof. */
export const LEAST_REQUESTS = 500;

/** What a run comes to. */
export interface Verdict {
  /** The whole report, without the last line. */
  readonly lines: readonly string[];
  /** Why it fails; empty when it does not. */
  readonly complaints: readonly string[];
  /** E.g. `operations 32/32, request violations 0, response violations 0`. */
  readonly lastLine: string;
}

/** Spells a tally out, and says whether it will do. */
export function verdictOf(tally: Tally, { operations }: Pick<Official, 'operations'>): Verdict {
  const missing = operations.filter((each) => !tally.isExercised(each.provider, each.operationId));
  const requestViolations = tally.violationsOf('request');
  const responseViolations = tally.violationsOf('response');
  const complaints = [
    ...neverSucceeded(missing),
    ...(tally.requests < LEAST_REQUESTS
      ? [`${tally.requests} requests judged; ${LEAST_REQUESTS} are the least`]
      : []),
    ...(requestViolations + responseViolations > 0 ? ['requests or responses violate the descriptions'] : []),
    ...unexplained(tally),
    ...tally.unusedAllowances.map(
      (entry) =>
        `no ${entry.what} ${entry.status} of ${entry.provider} ${entry.operation} was seen, which the list allows`,
    ),
  ];
  return {
    lines: [table(tally, operations), ...undocumentedLines(tally), ...violationLines(tally)],
    complaints,
    lastLine:
      `operations ${operations.length - missing.length}/${operations.length}, ` +
      `request violations ${requestViolations}, response violations ${responseViolations}`,
  };
}

function neverSucceeded(missing: Official['operations']): string[] {
  const providers = new Set(missing.map(({ provider }) => provider));
  return [...providers].map((provider) => {
    const ids = missing.filter((each) => each.provider === provider).map(({ operationId }) => operationId);
    return `${provider}: no test saw success of ${ids.join(', ')}`;
  });
}

function unexplained(tally: Tally): string[] {
  return [...tally.undocumented.values()]
    .filter(({ allowed }) => allowed === undefined)
    .map(
      ({ provider, operation, what, status }) =>
        `${provider} ${operation} answered an undocumented ${what} (${status}), which the list does not allow`,
    );
}

/** The operations of the list first, in its order; then what else was asked. */
function table(tally: Tally, operations: Official['operations']): string {
  const listed = operations.map(({ provider, operationId }) => `${provider} ${operationId}`);
  const others = [...tally.operations.keys()].filter((key) => !listed.includes(key)).sort();
  const rows = new Table({
    head: ['provider', 'operation', 'requests', 'statuses', 'violations'],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'left', 'right', 'left', 'right'],
  });
  for (const key of [...listed, ...others])
    rows.push(rowOf(key, tally.operations.get(key), !listed.includes(key)));
  return rows.toString();
}

function rowOf(key: string, count: OperationCount | undefined, isOther: boolean): (string | number)[] {
  const [provider = '', operation = ''] = key.split(' ');
  const statuses = [...(count?.statuses ?? [])].sort(([one], [other]) => one - other);
  return [
    provider,
    isOther ? `(${operation})` : operation,
    count?.requests ?? 0,
    statuses.map(([status, times]) => `${status}: ${times}`).join(', '),
    count?.violations ?? 0,
  ];
}

/** One line for each status of a provider, since what allows it is the same for most of its operations. */
function undocumentedLines(tally: Tally): string[] {
  const lines = new Map<string, string[]>();
  for (const { provider, operation, what, status, count, allowed } of tally.undocumented.values()) {
    const key = `undocumented ${what} ${status}: ${provider} (${allowed?.source ?? 'NOT ALLOWED'}):`;
    lines.set(key, [...(lines.get(key) ?? []), `${operation} ${count} times`]);
  }
  return [...lines].sort().map(([key, operations]) => `${key} ${operations.join(', ')}`);
}

function violationLines(tally: Tally): string[] {
  return [...tally.violations.values()]
    .sort((one, other) => other.count - one.count)
    .map(
      ({ provider, operation, side, where, rule, count }) =>
        `${side} violation: ${provider} ${operation}, ${where}: ${rule}, ${count} times`,
    );
}

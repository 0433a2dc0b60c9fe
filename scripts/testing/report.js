import { budgetOf, TOLERANCE } from './rings.js';

/**
 * @typedef {{ ring: import('./rings.js').Ring, outcome: import('./run-ring.js').Outcome | null }} Result
 *   outcome: `null` when the ring's folder is not there yet
 */

/**
 * What a run comes to: the lines to print, the last of which is the count alone, and the exit code.
 * @param {readonly Result[]} results
 * @param {{ skipsFail: boolean, isNarrowed: boolean, broken: readonly string[] }} rules
 *   isNarrowed: the caller chose among the tests, so a ring that found none is no fault; broken: what failed outside
 *   of the tests
 * @returns {{ lines: string[], exitCode: number }}
 */
export function report(results, { skipsFail, isNarrowed, broken }) {
  const ran = results.filter((result) => result.outcome !== null);
  const skipped = ran.flatMap(({ outcome }) => outcome.skipped);
  // Tests that a narrowed run leaves out count as skipped for Jest; to name them all would bury the rest.
  const named = isNarrowed ? [] : skipped;
  const passed = sum(ran, (outcome) => outcome.passed);
  const failed = sum(ran, (outcome) => outcome.failed);
  const complaints = [
    ...broken,
    ...ran.flatMap((result) => complaintsOf(result, isNarrowed)),
    ...overspent(ran),
    ...(skipsFail && named.length > 0 ? ['tests were skipped, which CI=true does not allow'] : []),
  ];
  const counts = `${passed} passed, ${failed} failed`;
  return {
    lines: [
      '',
      ...results.map(lineOf),
      ...named.map((name) => `skipped: ${name}`),
      ...complaints.map((complaint) => `FAILED: ${complaint}`),
      skipped.length > 0 ? `${counts}, ${skipped.length} skipped` : counts,
    ],
    exitCode: failed > 0 || complaints.length > 0 ? 1 : 0,
  };
}

function complaintsOf({ ring, outcome }, isNarrowed) {
  const isEmpty = outcome.passed + outcome.failed + outcome.skipped.length === 0 && !isNarrowed;
  const complaints = isEmpty ? [...outcome.complaints, 'no test at all'] : outcome.complaints;
  return complaints.map((complaint) => `${ring.name}: ${complaint}`);
}

function overspent(ran) {
  const spentSeconds = sum(ran, (outcome) => outcome.spentMs) / 1_000;
  const allowedSeconds = budgetOf(ran.map(({ ring }) => ring)) * TOLERANCE;
  return spentSeconds > allowedSeconds
    ? [`took ${spentSeconds.toFixed(0)} s, and ${allowedSeconds.toFixed(0)} s is the most`]
    : [];
}

function lineOf({ ring, outcome }) {
  const name = ring.name.padEnd(9);
  if (outcome === null) return `${name} none yet`;
  const counts = `${outcome.passed} passed, ${outcome.failed} failed, ${outcome.skipped.length} skipped`;
  return `${name} ${(outcome.spentMs / 1_000).toFixed(1).padStart(6)} s of ${ring.budgetSeconds} s   ${counts}`;
}

function sum(ran, valueOf) {
  return ran.reduce((total, { outcome }) => total + valueOf(outcome), 0);
}

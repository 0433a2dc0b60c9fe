import { existsSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/** The name of the judgement among the skipped, where there is nothing to judge by. */
const SKIPPED = 'conformance with the official descriptions: ROLLCALL_SPECS_DIR names no folder';

/**
 * The folder of the official descriptions, `null` where there is none.
 * @param {NodeJS.ProcessEnv} env
 */
export function specsFolder(env) {
  const folder = env['ROLLCALL_SPECS_DIR'] ?? '';
  return folder !== '' && existsSync(folder) ? folder : null;
}

/**
 * Judges what was recorded. One verdict is one test.
 * @param {string} traffic the folder of the recording
 * @param {string | null} specs the folder of the descriptions; without it the verdict is skipped by name
 * @returns {Promise<{ outcome: import('./run-ring.js').Outcome, lines: readonly string[], lastLine: string | null }>}
 *   lines: the whole report without its last line
 */
export async function judgeTraffic(traffic, specs) {
  const outcome = { passed: 0, failed: 0, skipped: [], spentMs: 0, complaints: [] };
  if (specs === null) return { outcome: { ...outcome, skipped: [SKIPPED] }, lines: [], lastLine: null };
  // Built a moment ago by the set-up.
  const { judgeRecording } = await import('../../dist/scripts/specs/judge-recording.js');
  const startedAt = performance.now();
  const { lines, complaints, lastLine } = await judgeRecording(traffic, specs);
  const hasFailed = complaints.length > 0;
  return {
    outcome: {
      ...outcome,
      passed: hasFailed ? 0 : 1,
      failed: hasFailed ? 1 : 0,
      spentMs: performance.now() - startedAt,
      complaints: [...complaints],
    },
    lines,
    lastLine,
  };
}

import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { root, setUp } from './setup.js';
import { judgeTraffic, specsFolder } from './testing/judge.js';
import { report } from './testing/report.js';
import { budgetOf, RINGS, SPECS, TOLERANCE } from './testing/rings.js';
import { runRing } from './testing/run-ring.js';
import { startServices } from './testing/services.js';

/*
 * npm test                      every ring, in order, and the judgement of their traffic
 * npm test -- store             one ring
 * npm test -- specs             the rings whose traffic is judged, and the judgement
 * npm test -- store -t lease    one ring, with arguments for Jest
 */

const [first, ...rest] = process.argv.slice(2);
const chosen = choose(first);
if (chosen.length === 0) {
  say(`no such ring: ${first}; there are ${[...RINGS, SPECS].map((ring) => ring.name).join(', ')}`);
  process.exit(2);
}
const specs = specsFolder(process.env);
const isJudged = first === undefined || first === SPECS.name;

let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    isInterrupted = true;
  });
}

const results = [];
const broken = [];
let lastLine = null;
try {
  await setUp({ say });
  // Without descriptions there is nothing that these rings would be run for.
  await runRings(first === SPECS.name && specs === null ? [] : chosen);
} catch (error) {
  broken.push(error.stack ?? String(error));
}
if (isInterrupted) broken.push('interrupted');
const rules = { skipsFail: process.env['CI'] === 'true', isNarrowed: rest.length > 0, broken };
const { lines, exitCode } = report(results, rules);
process.stdout.write(`${lines.join('\n')}\n`);
// Asked for the judgement alone, this is the answer; in a whole run the count of tests is.
if (first === SPECS.name && lastLine !== null) process.stdout.write(`${lastLine}\n`);
process.exitCode = exitCode;

function choose(name) {
  if (name === undefined) return RINGS;
  return RINGS.filter((ring) =>
    name === SPECS.name ? SPECS.judges.includes(ring.name) : ring.name === name,
  );
}

async function runRings(rings) {
  const { startGuard } = await import('../dist/scripts/services/guard.js');
  const scratch = await mkdtemp(join(tmpdir(), 'rollcall-test-'));
  let services = null;
  try {
    if (rings.length > 0) services = await startServices(say);
    const existing = rings.filter(({ folder }) => folder === null || existsSync(join(root, folder)));
    const deadlineMs = performance.now() + budgetOf(existing) * TOLERANCE * 1_000;
    const traffic = join(scratch, 'traffic');
    const run = {
      root,
      scratch,
      jestArgs: rest,
      env: services?.env ?? {},
      // Only where it is judged: a recording takes time and room.
      envOf: (ring) =>
        isJudged && specs !== null && SPECS.judges.includes(ring.name)
          ? { ROLLCALL_TEST_TRAFFIC_DIR: traffic }
          : {},
      deadlineMs,
      isInterrupted: () => isInterrupted,
      startGuard: () => startGuard(scratch),
    };
    for (const ring of rings) {
      if (isInterrupted) break;
      if (existing.includes(ring)) say(`\n--- ${ring.name}`);
      const outcome = existing.includes(ring) ? await runRing(ring, run) : null;
      results.push({ ring, outcome });
    }
    if (isJudged && !isInterrupted) await judge(traffic);
  } finally {
    await services?.stop();
    await rm(scratch, { recursive: true, force: true });
  }
}

async function judge(traffic) {
  say(`\n--- ${SPECS.name}`);
  const verdict = await judgeTraffic(traffic, specs);
  results.push({ ring: SPECS, outcome: verdict.outcome });
  ({ lastLine } = verdict);
  const isLast = first === SPECS.name;
  const spoken = isLast || lastLine === null ? verdict.lines : [...verdict.lines, lastLine];
  process.stdout.write(spoken.map((line) => `${line}\n`).join(''));
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

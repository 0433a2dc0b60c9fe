import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { root, setUp } from './setup.js';
import { report } from './testing/report.js';
import { budgetOf, RINGS, TOLERANCE } from './testing/rings.js';
import { runRing } from './testing/run-ring.js';
import { startServices } from './testing/services.js';

/*
 * npm test                      every ring, in order
 * npm test -- store             one ring
 * npm test -- store -t lease    one ring, with arguments for Jest
 */

const [first, ...rest] = process.argv.slice(2);
const chosen = RINGS.filter((ring) => ring.name === first);
if (first !== undefined && chosen.length === 0) {
  say(`no such ring: ${first}; there are ${RINGS.map((ring) => ring.name).join(', ')}`);
  process.exit(2);
}

let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    isInterrupted = true;
  });
}

const results = [];
const broken = [];
try {
  await setUp({ say });
  await runRings(chosen.length > 0 ? chosen : RINGS);
} catch (error) {
  broken.push(error.stack ?? String(error));
}
if (isInterrupted) broken.push('interrupted');
const rules = { skipsFail: process.env['CI'] === 'true', isNarrowed: rest.length > 0, broken };
const { lines, exitCode } = report(results, rules);
process.stdout.write(`${lines.join('\n')}\n`);
process.exitCode = exitCode;

async function runRings(rings) {
  const { startGuard } = await import('../dist/scripts/services/guard.js');
  const scratch = await mkdtemp(join(tmpdir(), 'rollcall-test-'));
  let services = null;
  try {
    services = await startServices(say);
    const existing = rings.filter(({ folder }) => folder === null || existsSync(join(root, folder)));
    const deadlineMs = performance.now() + budgetOf(existing) * TOLERANCE * 1_000;
    const run = {
      root,
      scratch,
      jestArgs: rest,
      env: services.env,
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
  } finally {
    await services?.stop();
    await rm(scratch, { recursive: true, force: true });
  }
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

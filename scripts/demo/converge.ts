import type { AdminClient, Standing } from './admin-client.js';
import { readPeople } from './people.js';
import type { Progress } from './progress.js';
import { until } from './until.js';

const PATIENCE = { withinMs: 120_000, everyMs: 250 };
const STUCK_SHOWN = 10;

/**
 * Follows the mirroring of `users` people until nothing is due or held at any provider.
 * @throws Error that names what is stuck when that takes longer than 120 s
 */
export async function converge(admin: AdminClient, users: number, progress: Progress): Promise<Standing[]> {
  const done = await until(async () => {
    const standings = await admin.convergence();
    progress.show(standings);
    const isDone = standings.every(({ total, due, held }) => total === users && due === 0 && held === 0);
    return isDone ? standings : null;
  }, PATIENCE).finally(() => {
    progress.stop();
  });
  if (done === null) throw new Error(await describeStuck(admin));
  return done;
}

async function describeStuck(admin: AdminClient): Promise<string> {
  const standings = (await admin.convergence()).map(
    ({ provider, due, held, oldestLagMs }) =>
      `  ${provider}: ${due} due, ${held} held, oldest for ${oldestLagMs ?? 0} ms`,
  );
  const links = (await readPeople(admin)).flatMap((person) =>
    person.links
      .filter(({ standing }) => standing === 'due' || standing === 'held')
      .map(({ provider, lastError }) => `  ${person.externalKey} at ${provider}: ${lastError ?? 'no error'}`),
  );
  return [
    `the roster did not converge within ${PATIENCE.withinMs} ms`,
    ...standings,
    `stuck links, ${Math.min(links.length, STUCK_SHOWN)} of ${links.length}:`,
    ...links.slice(0, STUCK_SHOWN),
  ].join('\n');
}

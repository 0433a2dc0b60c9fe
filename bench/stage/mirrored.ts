import { startApp } from './apps.js';
import { enterPeople } from './people.js';
import { PROVIDERS } from './simulators.js';
import type { Stage } from './stage.js';
import { clear, untilSettled } from './state.js';

/**
 * A roster of so many people, mirrored to all four and nothing due. One that a former figure left is used again: what it
 * did to the people was mirrored too. No app runs when it begins, and none when it ends.
 */
export async function standMirrored(stage: Stage, people: number): Promise<void> {
  const isThere = await holdsEverybody(stage, people);
  if (!isThere) await clear(stage);
  const worker = await startApp(stage, 'worker');
  if (!isThere) {
    stage.say(`  mirroring ${people} people to all four`);
    await enterPeople(stage.roster, people);
  }
  await untilSettled(stage);
  await worker.stop();
  await stage.database.sql('VACUUM ANALYZE');
}

async function holdsEverybody({ database, simulators }: Stage, people: number): Promise<boolean> {
  const [row] = await database.sql<{ users: string; links: string }>(
    `SELECT (SELECT count(*) FROM users) AS users,
       (SELECT count(*) FROM links l JOIN providers p ON p.slug = l.provider AND p.enabled WHERE account_id IS NOT NULL) AS links`,
  );
  if (Number(row?.users) !== people || Number(row?.links) !== people * PROVIDERS.length) return false;
  for (const provider of PROVIDERS) {
    if ((await simulators.summary(provider)).accounts < people) return false;
    // Whoever made the calls of this figure wait longer set it back with the roster.
    await simulators.setLatency(provider, 0);
  }
  return true;
}

/** Users by id, in a fixed order that has nothing to do with anything. */
export async function someUserIds({ database }: Stage, count: number, skip = 0): Promise<string[]> {
  const rows = await database.sql<{ id: string }>(
    'SELECT id FROM users ORDER BY md5(id::text) LIMIT $1 OFFSET $2',
    [count, skip],
  );
  return rows.map(({ id }) => id);
}

import { writePlainly } from '../contestants/plain-writes.js';
import { measured, type Figure, type Scale } from '../figure.js';
import type { Measurement } from '../measurement.js';
import { perSecond, sideBySide } from '../side-by-side.js';
import { AdminApi } from '../stage/admin-api.js';
import { someUserIds, standMirrored } from '../stage/mirrored.js';
import type { Stage } from '../stage/stage.js';

const CLIENTS = 16;

/** B9: edits of people all over the roster, durable and audited when they are answered. No worker runs beside. */
export const adminWrites: Measurement = { ids: ['B9'], measure: measureAdminWrites };

async function measureAdminWrites(stage: Stage, { people, rounds }: Scale): Promise<Figure[]> {
  await standMirrored(stage, people);
  const writes = Math.ceil(people / 10);
  const admin = await AdminApi.start(stage, CLIENTS);
  const ratios: number[] = [];
  const rates: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const userIds = await someUserIds(stage, writes, (round * writes) % (people - writes));
    const plain = await perSecond(writes, () => writePlainly(stage.databaseUrl, userIds, CLIENTS));
    const ours = await perSecond(writes, () =>
      sideBySide(userIds, CLIENTS, (id) => admin.patch(id, { displayName: `Person in round ${round}` })),
    );
    stage.say(`  round ${round}: plain ${plain.toFixed(0)}/s, ours ${ours.toFixed(0)}/s`);
    if (round === 0) continue; // for the code to get warm
    ratios.push(ours / plain);
    rates.push(ours);
  }
  await admin.stop();
  return [
    {
      id: 'B9',
      values: [
        measured('writes', ratios, { target: { atLeast: 0.4 } }),
        measured('writes of the admin API', rates, { unit: '1/s' }),
      ],
    },
  ];
}

import { heldAccounts } from '../../scripts/demo/accounts.js';
import { measured, type Figure, type Scale } from '../figure.js';
import { z } from 'zod';
import type { Measurement } from '../measurement.js';
import { sideBySide } from '../side-by-side.js';
import { AdminApi } from '../stage/admin-api.js';
import { startApp } from '../stage/apps.js';
import { someUserIds, standMirrored } from '../stage/mirrored.js';
import { PROVIDERS, type Provider } from '../stage/simulators.js';
import type { Stage } from '../stage/stage.js';
import { untilSettled } from '../stage/state.js';

const EDITS = 1_000;
const CLIENTS = 8;

/** Where each provider keeps the email address. PROVIDERS.md 1.3, 2.3, 3.3, 4.3 */
const EMAIL: Readonly<Record<Provider, string>> = {
  vault: 'metadata.email',
  sunshine: 'profile.email',
  passage: 'email',
  sendauth: 'email',
};

const knownUser = z.object({ email: z.string() });

/** B14: one person's email address is changed a thousand times, as fast as eight clients can, which is in about a second. */
export const burst: Measurement = { ids: ['B14'], measure: measureBurst };

async function measureBurst(stage: Stage, { people, rounds }: Scale): Promise<Figure[]> {
  await standMirrored(stage, people);
  await startApp(stage, 'worker');
  const admin = await AdminApi.start(stage, CLIENTS);
  const perEdit = new Map(PROVIDERS.map((provider) => [provider, [] as number[]]));
  const differing: number[] = [];
  const seconds: number[] = [];
  for (const userId of await someUserIds(stage, rounds)) {
    const marks = new Map<Provider, number>();
    for (const provider of PROVIDERS) marks.set(provider, await stage.simulators.mark(provider));
    seconds.push(await editOften(admin, userId));
    await untilSettled(stage);
    for (const [provider, ratios] of perEdit)
      ratios.push((await stage.simulators.calls(provider, marks.get(provider))).length / EDITS);
    differing.push(await countDiffering(stage, admin, userId));
  }
  await admin.stop();
  return [
    {
      id: 'B14',
      values: [
        ...[...perEdit].map(([provider, ratios]) => measured(provider, ratios, { target: { atMost: 0.05 } })),
        measured('accounts that differ', differing, { target: { atLeast: 0, atMost: 0 } }),
        measured('time of the edits', seconds, { unit: 's' }),
      ],
    },
  ];
}

/** @returns how long it took, in seconds */
async function editOften(admin: AdminApi, userId: string): Promise<number> {
  const beganMs = performance.now();
  const edits = Array.from({ length: EDITS }, (_, n) => `${userId}.${n}@example.com`);
  await sideBySide(edits, CLIENTS, (email) => admin.patch(userId, { email }));
  return (performance.now() - beganMs) / 1_000;
}

/** Providers whose account does not say what the roster says. */
async function countDiffering(stage: Stage, admin: AdminApi, userId: string): Promise<number> {
  const { email } = knownUser.parse(await admin.user(userId));
  const links = await stage.database.sql<{ provider: Provider; account_id: string }>(
    'SELECT provider, account_id FROM links WHERE user_id = $1',
    [userId],
  );
  let differing = 0;
  for (const { provider, account_id: accountId } of links) {
    const held = heldAccounts(provider, await stage.simulators.accounts(provider));
    const account = held.find((each) => each.accountId === accountId);
    if (account?.attributes[EMAIL[provider]] !== email) differing += 1;
  }
  return differing;
}

import { ProviderError } from '#identity-provider';
import {
  askForRuns,
  findDueWork,
  findRevoked,
  haltProvider,
  noteFirstSyncs,
  readProviderStates,
  resumeProvider,
  takeListing,
  takeProbe,
  wakeParkedByProtocol,
  wakeWaiting,
  type DueWork,
} from '#store';
import { probeIntervalMs } from './backoff.js';
import { probe } from './canary.js';
import type { ProviderRoom } from './provider-room.js';
import { LIST_AGAIN_MS } from './sweep/outcome.js';

/**
 * What every worker does on each tick, whatever the queue does: takes over what the database says of the providers,
 * wakes links whose cause changed, probes halted providers, and says where work is due.
 */
export async function keep(rooms: readonly ProviderRoom[], signal: AbortSignal): Promise<DueWork[]> {
  const first = rooms[0];
  if (first === undefined) return [];
  const { sql } = first.engine.database;
  await wakeWaiting(sql);
  await noteFirstSyncs(sql);
  const states = new Map((await readProviderStates(sql)).map((state) => [state.slug, state]));
  for (const room of rooms) {
    const state = states.get(room.instance.slug);
    if (state !== undefined) room.adopt(state);
    if (state?.halt != null && state.probeInMs === 0) probeInBackground(room, signal);
  }
  const open = rooms.filter((room) => room.isOpen());
  const slugs = open.map((room) => room.instance.slug);
  const revoked = await findRevoked(sql, slugs);
  for (const room of open) room.adoptRevoked(revoked.get(room.instance.slug) ?? new Set());
  return findDueWork(sql, slugs);
}

/** A provider that hangs on its probe must not keep the others from their tick. */
function probeInBackground(room: ProviderRoom, signal: AbortSignal): void {
  room.probing ??= probeHalted(room, signal)
    .catch((error: unknown) => {
      room.engine.log.error('a probe failed', { provider: room.instance.slug, error });
    })
    .finally(() => {
      room.probing = null;
    });
}

/** A payment is only known to have been made when a create goes through, so creates are simply let try again. */
async function probeHalted(room: ProviderRoom, signal: AbortSignal): Promise<void> {
  const { sql } = room.engine.database;
  const { slug } = room.instance;
  if (room.haltScope === 'widening') return listAgain(room);
  if (!(await takeProbe(sql, slug, probeIntervalMs(room.probesFailed + 1)))) return;
  if (room.haltScope === 'creates' || (await answers(room, signal))) {
    await wakeParked(room);
    await resumeProvider(sql, slug);
    room.haltScope = null;
    room.probesFailed = 0;
    room.engine.log.warn('provider resumed', { provider: slug });
    return;
  }
  await haltProvider(sql, slug, {
    scope: room.haltScope ?? 'all',
    reason: 'probe_failed',
    probeInMs: probeIntervalMs(room.probesFailed + 1),
  });
}

/** Only another listing, of everybody, says whether the one that was not believed was an accident. */
async function listAgain(room: ProviderRoom): Promise<void> {
  const { slug } = room.instance;
  if (!(await takeListing(room.engine.database.sql, slug, LIST_AGAIN_MS))) return;
  await askForRuns(room.engine, {
    providers: [slug],
    mode: 'apply',
    trigger: 'schedule',
    requestedBy: 'probe',
  });
}

/** Once a link and process: one whose answers really cannot be read would halt the provider again and again. */
async function wakeParked(room: ProviderRoom): Promise<void> {
  const { woken } = room.health;
  const users = await wakeParkedByProtocol(room.engine.database.sql, room.instance.slug, [...woken]);
  for (const user of users) woken.add(user);
}

async function answers(room: ProviderRoom, signal: AbortSignal): Promise<boolean> {
  try {
    return (await probe(room, { signal, admit: () => room.slots.acquire(true) })) === 'healthy';
  } catch (error) {
    if (error instanceof ProviderError) return false;
    throw error;
  }
}

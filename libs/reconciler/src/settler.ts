import type { ParkReason } from '#domain';
import { isRefusedAsData, settleGroup, sqlStateOf, type Settlement } from '#store';
import type { EngineDependencies } from './engine-dependencies.js';
import { retryOnDeadlock } from './retry.js';

/** Whose settlements these are. */
export interface SettlingRoom {
  readonly engine: EngineDependencies;
  readonly instance: { readonly slug: string };
  readonly declaration: string;
}

const ACTOR = 'worker';
const UNIQUE_VIOLATION = '23505';

/**
 * Settles a group. When the database refuses it as data, each is settled by itself, and the one that is refused is
 * parked with what was known before: one poisonous answer never costs its neighbours their result.
 */
export async function settleWithOffendersParked(
  room: SettlingRoom,
  settlements: readonly Settlement[],
): Promise<void> {
  try {
    await settle(room, settlements);
  } catch (error) {
    if (!isRefusedAsData(error)) throw error;
    for (const settlement of settlements) await settleOrPark(room, settlement);
  }
}

async function settleOrPark(room: SettlingRoom, settlement: Settlement): Promise<void> {
  try {
    await settle(room, [settlement]);
  } catch (error) {
    if (!isRefusedAsData(error)) throw error;
    room.engine.log.error('the database refuses what came back for a link', {
      provider: settlement.link.provider,
      userId: settlement.link.userId,
      code: sqlStateOf(error),
    });
    await settle(room, [parkedAsRefused(settlement, sqlStateOf(error))]);
  }
}

function parkedAsRefused(settlement: Settlement, sqlState: string | null): Settlement {
  // An account id that another link holds: whoever is right, a person has to say so.
  const park: ParkReason =
    sqlState === UNIQUE_VIOLATION
      ? { code: 'disputed', rule: 'the account belongs to another link; see which user it is and unlink one' }
      : { code: 'refused_by_store', rule: 'the database refuses what the provider answered; see the log' };
  return {
    ...settlement,
    outcome: 'parked',
    park,
    waitsFor: null,
    lastError: park.code,
    applied: null,
    intent: null,
    knowledge: {
      ...settlement.knowledge,
      accountId: settlement.link.accountId,
      certainty: 'stale',
      observedState: null,
      observedMarker: null,
      asserted: null,
    },
  };
}

function settle(room: SettlingRoom, settlements: readonly Settlement[]): Promise<void> {
  const { engine, instance, declaration } = room;
  return retryOnDeadlock(engine.random, () =>
    settleGroup(engine.database.sql, settlements, {
      provider: instance.slug,
      declaration,
      coalesceMs: engine.settings.coalesceMs,
      actor: ACTOR,
    }),
  );
}

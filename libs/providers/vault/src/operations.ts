import {
  ProviderError,
  type AccountOperations,
  type AccountTarget,
  type Period,
  type UsageStats,
} from '#identity-provider';
import type { VaultApi } from './api.js';
import type { ConsumerStats } from './consumer.js';

/** What Vault offers for one consumer beside mirroring: its request counts. @see PROVIDERS.md 1.2 */
export function vaultOperations(api: VaultApi<unknown>): AccountOperations {
  return {
    readStats: async (target, period, context) => {
      const consumerId = idOf(target);
      return toUsage(await api.getStats(consumerId, period, context), consumerId, period);
    },
  };
}

/** The two are the same at Vault; the one that a link fixed at its creation counts. */
function idOf({ accountId, remoteKey }: AccountTarget): string {
  return accountId ?? remoteKey;
}

/** @throws ProviderError `protocol` for counts of another consumer, and for an answer that counts nothing */
function toUsage(stats: ConsumerStats, consumerId: string, asked: Period): UsageStats {
  if ((stats.consumer_id ?? consumerId) !== consumerId) {
    throw new ProviderError('protocol', { reason: 'answered_another_consumer' });
  }
  const { aggregated_request_count: aggregatedRequestCount } = stats;
  // None told is not none made.
  if (aggregatedRequestCount === null) throw new ProviderError('protocol', { reason: 'not_request_counts' });
  return {
    start: stats.start_datetime ?? asked.start,
    end: stats.end_datetime ?? asked.end,
    aggregatedRequestCount,
    requestCounts: toldCounts(stats),
  };
}

function toldCounts({ request_counts: counts }: ConsumerStats): Record<string, number> {
  return Object.fromEntries(
    Object.entries(counts ?? {}).filter((entry): entry is [string, number] => entry[1] !== null),
  );
}

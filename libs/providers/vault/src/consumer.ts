import { asItCame, openEnum, orNull, timeOrNull } from '#http';
import { z } from 'zod';

/**
 * The part of a consumer that the mirror needs, read with as little work as that takes: it is read at every step of
 * every user, and a member that is of no use to the mirror must not be able to stop it.
 * @see vault.openapi.yml `Consumer`
 */
export const heldConsumerSchema = z.object({
  consumer_id: z.string().min(1),
  metadata: asItCame.nullish(),
});

/** A consumer as the mirror sees it; members of its metadata as they came. */
export type HeldConsumer = z.infer<typeof heldConsumerSchema>;

const text = orNull(z.string());
const freeForm = orNull(z.record(z.string(), z.unknown()));

/** Requests by API. @see vault.openapi.yml `RequestCountAllocation` */
const requestCountsSchema = z.object({
  unify: orNull(z.number()),
  proxy: orNull(z.number()),
  vault: orNull(z.number()),
});

/** One integration that a consumer has. `settings` and `metadata` hold whatever it takes. @see vault.openapi.yml `ConsumerConnection` */
const connectionSchema = z.object({
  id: text,
  name: text,
  icon: text,
  logo: text,
  website: text,
  tag_line: text,
  service_id: text,
  unified_api: text,
  consumer_id: text,
  auth_type: orNull(openEnum(['oauth2', 'apiKey', 'basic', 'custom', 'none'])),
  enabled: orNull(z.boolean()),
  settings: freeForm,
  metadata: freeForm,
  created_at: timeOrNull,
  updated_at: timeOrNull,
  state: orNull(openEnum(['available', 'callable', 'added', 'authorized', 'invalid'])),
  health: orNull(
    openEnum([
      'ok',
      'pending_refresh',
      'needs_auth',
      'pending_confirmation',
      'needs_consent',
      'revoked',
      'missing_settings',
      'degraded',
    ]),
  ),
  /** When credentials go, should their renewal keep failing. */
  credentials_expire_at: timeOrNull,
  last_refresh_failed_at: timeOrNull,
});

/**
 * The whole of a consumer as the description has it, whatever it left out as `null`. Members that it does not describe
 * are dropped.
 * @see vault.openapi.yml `Consumer`, `GetConsumersResponse`, checked 2026-11-20
 */
export const consumerSchema = z.object({
  consumer_id: z.string().min(1),
  application_id: text,
  metadata: orNull(z.object({ account_name: text, user_name: text, email: text, image: text })),
  /** `null` in a listing, which does not show them. @see PROVIDERS.md 1.9 */
  connections: orNull(z.array(connectionSchema)),
  /** Names of connected services. */
  services: orNull(z.array(z.string())),
  aggregated_request_count: orNull(z.number()),
  request_counts: orNull(requestCountsSchema),
  created: timeOrNull,
  modified: timeOrNull,
  request_count_updated: timeOrNull,
});

/** A consumer as Vault describes it. */
export type VaultConsumer = z.infer<typeof consumerSchema>;

/** One integration of a consumer as Vault describes it. */
export type VaultConnection = z.infer<typeof connectionSchema>;

/** Requests made on a consumer's behalf in a period. @see vault.openapi.yml `ConsumerRequestCountsInDateRangeResponse` */
export const statsSchema = z.object({
  application_id: text,
  consumer_id: text,
  start_datetime: timeOrNull,
  end_datetime: timeOrNull,
  aggregated_request_count: orNull(z.number()),
  request_counts: orNull(requestCountsSchema),
});

/** Request counts as Vault describes them. */
export type ConsumerStats = z.infer<typeof statsSchema>;

/** A consumer, and the HTTP status that answered with it. */
export interface ConsumerAnswer<Consumer> {
  readonly status: number;
  readonly consumer: Consumer;
}

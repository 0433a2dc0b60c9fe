import { omit } from '../frame/index.js';

/** The four display fields are all that a consumer's metadata keeps. @see PROVIDERS.md 1.3 */
export const METADATA_FIELDS = ['account_name', 'user_name', 'email', 'image'] as const;
export type Metadata = Readonly<Partial<Record<(typeof METADATA_FIELDS)[number], string>>>;

/** A connection as `get` shows it; planted, since consumers authorize them in the browser. */
export type Connection = Readonly<Record<string, unknown>>;

/** A consumer as Vault holds it, by the names of `vault.openapi.yml` schema `Consumer`. Never changed in place. */
export interface Consumer {
  readonly consumer_id: string;
  readonly application_id: string;
  readonly metadata: Metadata;
  readonly connections: readonly Connection[];
  readonly services: readonly string[];
  readonly aggregated_request_count: number;
  readonly request_counts: RequestCounts;
  /** ISO 8601, as are the two below. */
  readonly created: string;
  readonly modified: string;
  readonly request_count_updated: string;
}

export interface RequestCounts {
  readonly unify: number;
  readonly proxy: number;
  readonly vault: number;
}

/** A consumer without connections or requests. @param at ISO 8601 */
export function newConsumer(consumerId: string, applicationId: string, at: string): Consumer {
  return {
    consumer_id: consumerId,
    application_id: applicationId,
    metadata: {},
    connections: [],
    services: [],
    aggregated_request_count: 0,
    request_counts: { unify: 0, proxy: 0, vault: 0 },
    created: at,
    modified: at,
    request_count_updated: at,
  };
}

/** A list item: everything but the connections. @see PROVIDERS.md 1.9 */
export function toListItem(consumer: Consumer): Omit<Consumer, 'connections'> {
  return omit(consumer, 'connections');
}

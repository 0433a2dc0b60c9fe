import { ProviderError, type Period } from '#identity-provider';
import { PAGE_LIMIT } from './capabilities.js';

/**
 * How a consumer is shown to people. What a body leaves out may stay or go (PROVIDERS.md 1.3); `""` clears (inferred).
 * No lengths are described. @see vault.openapi.yml `ConsumerMetadata`
 */
export interface ConsumerMetadata {
  readonly account_name?: string;
  readonly user_name?: string;
  readonly email?: string;
  /** A valid URL. */
  readonly image?: string;
}

/** @see vault.openapi.yml `CreateConsumerRequest` */
export interface CreateConsumerBody {
  /** Chosen by us, unique, not empty. No length is described. */
  readonly consumer_id: string;
  readonly metadata?: ConsumerMetadata;
}

/** @see vault.openapi.yml `UpdateConsumerRequest` */
export interface UpdateConsumerBody {
  readonly metadata?: ConsumerMetadata;
}

/** Which page of which consumers. @see vault.openapi.yml `consumersAll`, `ConsumersFilter` */
export interface ConsumersQuery {
  /** Of another page, as it came. (Default: the first page) */
  readonly cursor?: string | null;
  /** 1 to 200. (Default: 20) */
  readonly limit?: number;
  readonly filter?: {
    /** How the id begins. */
    readonly consumer_id?: string;
    /** A piece of the id, the email, the account name or the user name. */
    readonly search?: string;
  };
}

/** @throws ProviderError `invalid`: `consumer_id_refused`, `not_encodable`, `not_a_url` */
export function checkCreateBody({ consumer_id: id, metadata }: CreateConsumerBody): void {
  // Dots are folded out of a path: such a consumer could be made, and never be read or deleted again.
  if (id === '' || id === '.' || id === '..') throw refusal('consumer_id_refused', 'consumer_id');
  if (!id.isWellFormed()) throw refusal('not_encodable', 'consumer_id');
  checkMetadata(metadata);
}

/** @throws ProviderError `invalid`: `not_encodable`, `not_a_url` */
export function checkMetadata(metadata: ConsumerMetadata | undefined): void {
  for (const [field, value] of Object.entries(metadata ?? {})) {
    if (typeof value === 'string' && !value.isWellFormed()) {
      throw refusal('not_encodable', `metadata.${field}`);
    }
  }
  if (!isImage(metadata?.image ?? '')) throw refusal('not_a_url', 'metadata.image');
}

/** Whether a text can be a picture there. An empty one is none. @see vault.openapi.yml `ConsumerMetadata` */
export function isImage(text: string): boolean {
  return text === '' || URL.canParse(text);
}

/** What is asked for, as it is sent. @throws ProviderError `invalid`: `limit_out_of_bounds` */
export function toListQuery({ cursor, limit, filter = {} }: ConsumersQuery): Record<string, string | number> {
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1 && limit <= PAGE_LIMIT)) {
    throw refusal('limit_out_of_bounds', 'limit');
  }
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(cursor === undefined || cursor === null ? {} : { cursor }),
    ...(filter.consumer_id === undefined ? {} : { 'filter[consumer_id]': filter.consumer_id }),
    ...(filter.search === undefined ? {} : { 'filter[search]': filter.search }),
  };
}

/** A period, as it is sent. @throws ProviderError `invalid`: `not_a_date`, `period_not_forward` */
export function toStatsQuery({ start, end }: Period): Record<string, string> {
  const query = { start_datetime: spellTime(start), end_datetime: spellTime(end) };
  if (start >= end) throw refusal('period_not_forward');
  return query;
}

/** As the description's examples spell it. Years before 0 and after 9999 have another spelling, and are refused. */
function spellTime(date: Date): string {
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) throw refusal('not_a_date');
  return date.toISOString();
}

function refusal(reason: string, attribute?: string): ProviderError {
  return new ProviderError('invalid', { reason, ...(attribute === undefined ? {} : { attribute }) });
}

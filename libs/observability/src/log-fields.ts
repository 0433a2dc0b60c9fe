import { errorFields } from './error-fields.js';

/** The fields that entries may have. What is not listed is dropped: nobody's name gets into a log by a spread object. */
const FIELDS = [
  'action',
  'attempts',
  'attribute',
  'backend',
  'batch',
  'code',
  'component',
  'count',
  'durationMs',
  'hostname',
  'intentId',
  'jobId',
  'kind',
  'lane',
  'method',
  'pauseMs',
  'port',
  'provider',
  'providers',
  'queue',
  'reason',
  'requestId',
  'retryAfterMs',
  'route',
  'runId',
  'scope',
  'signal',
  'state',
  'status',
  'step',
  'userId',
  'version',
] as const;
type FieldName = (typeof FIELDS)[number];

/**
 * What an entry says beside its constant message. Ids, counts, codes and names of attributes; never a personal value.
 * `error` is taken apart: its class, code and frames are logged, its text only where it can hold no value.
 */
export type LogFields = { readonly [Name in FieldName]?: string | number | boolean | null | undefined } & {
  readonly error?: unknown;
};

/** The listed fields of an object, whatever else it holds. */
export function allowedFields(fields: LogFields): Record<string, unknown> {
  const allowed: Record<string, unknown> = {};
  for (const name of FIELDS) {
    const value = fields[name];
    // An object in the place of a plain value would carry anything along.
    if (value !== undefined && typeof value !== 'object') allowed[name] = value;
  }
  if (fields.error !== undefined) allowed['error'] = errorFields(fields.error);
  return allowed;
}

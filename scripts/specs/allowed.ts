import type { Undocumented } from './violation.js';

/** An answer that no description lists and that is expected all the same, with the section of the dossier that says so. */
export interface Allowed extends Undocumented {
  readonly provider: string;
  /** An operationId, or `*`. */
  readonly operation: string;
  /** Section of PROVIDERS.md, and what it says in short. */
  readonly source: string;
}

const SUNSHINE_GENERAL = 'PROVIDERS.md 2.2: described in general, listed at no user operation';
const SENDAUTH_CREDENTIALS = 'PROVIDERS.md 4.2: listed at no user operation, to be expected';
const SENDAUTH_BODIES = 'PROVIDERS.md 4.4: error schemas are declared and referenced nowhere';

/** Every entry has to be used by a run: what no traffic shows is no expectation. */
export const ALLOWED: readonly Allowed[] = [
  { provider: 'sunshine', operation: '*', what: 'status', status: 401, source: SUNSHINE_GENERAL },
  { provider: 'sunshine', operation: '*', what: 'status', status: 403, source: SUNSHINE_GENERAL },
  {
    provider: 'passage',
    operation: 'create-user',
    what: 'status',
    status: 409,
    source: 'PROVIDERS.md 3.6: which status a duplicate gets is not documented',
  },
  { provider: 'sendauth', operation: '*', what: 'status', status: 401, source: SENDAUTH_CREDENTIALS },
  { provider: 'sendauth', operation: '*', what: 'body', status: 403, source: SENDAUTH_BODIES },
  { provider: 'sendauth', operation: '*', what: 'body', status: 404, source: SENDAUTH_BODIES },
  { provider: 'sendauth', operation: '*', what: 'body', status: 406, source: SENDAUTH_BODIES },
  { provider: 'sendauth', operation: '*', what: 'body', status: 422, source: SENDAUTH_BODIES },
];

/** The entry that allows an answer. */
export function allowing(
  allowed: readonly Allowed[],
  provider: string,
  operation: string,
  { what, status }: Undocumented,
): Allowed | undefined {
  return allowed.find(
    (entry) =>
      entry.provider === provider &&
      (entry.operation === '*' || entry.operation === operation) &&
      entry.what === what &&
      entry.status === status,
  );
}

import { RequestMethod } from '@nestjs/common';
import {
  CallNotStarted,
  ProviderError,
  type ProviderErrorKind,
  type ProviderInstance,
} from '#identity-provider';
import { Problem } from '../http/problem.js';
import { CallHeldBack } from './call-held-back.js';
import { OFFERS, offersOf, offerView, type Operation } from './offers.js';

/** Which call it was. */
export interface Called {
  readonly instance: ProviderInstance;
  readonly operation: Operation;
}

/** When to ask again where nobody said how long it takes. */
const RETRY_AFTER_S = 2;

/** Where it shows whether something happened whose answer was lost. */
const LOOK_AT: Readonly<Partial<Record<Operation, Operation>>> = {
  startRegistration: 'readTransactions',
  startAuthentication: 'readTransactions',
  removePasskeys: 'readAudits',
};

/** Conflicts that have a name; what was asked for is not possible as the account stands. */
const CONFLICTS: Readonly<Record<string, string>> = {
  already_has_passkeys: 'the person has passkeys already; ask for an authentication, or remove them first',
  no_passkeys: 'the person has no passkeys; ask for a registration first',
};

type Explain = (error: ProviderError, called: Called) => Problem;

/** The one table from what a provider did to what a caller is told. Never a text of the provider's, never a value. */
const PROBLEMS: Readonly<Record<ProviderErrorKind, Explain>> = {
  unreachable: (error, { instance: { slug } }) =>
    problem(502, 'provider_unreachable', error, {
      detail: `${slug} did not answer (${error.detail.reason}); nothing happened there, the request may be repeated`,
      retryAfterS: retryAfterS(error),
    }),
  rateLimited: (error, { instance: { slug } }) =>
    problem(503, 'provider_rate_limited', error, {
      detail: `${slug} asks for time; nothing happened there, the request may be repeated later`,
      retryAfterS: retryAfterS(error),
    }),
  outcomeUnknown,
  conflict: (error, { instance: { slug } }) => {
    const known = CONFLICTS[error.detail.reason];
    return known === undefined
      ? problem(409, 'provider_conflict', error, { detail: `${slug} says that something is in the way` })
      : problem(409, error.detail.reason, error, { detail: known });
  },
  identifierTaken: (error, { instance: { slug } }) =>
    problem(409, 'identifier_taken', error, { detail: `another account at ${slug} holds this value` }),
  notFound: (error, { instance: { slug } }) =>
    problem(404, 'account_not_found', error, {
      detail: `${slug} has no such account now; look at the link, a deleted user may be soft-deleted there`,
    }),
  invalid: (error, { instance: { slug } }) => {
    const { attribute, reason } = error.detail;
    const rule = `is refused by ${slug} (${reason}); correct it`;
    const errors = attribute === undefined ? {} : { errors: [fault(attribute, rule)] };
    return problem(422, 'refused_by_provider', error, {
      detail: `${slug} refuses what was sent (${reason})`,
      ...errors,
    });
  },
  unsupported: (_, called) => notOffered(called),
  // A write that was answered with nonsense may have happened as well as one that was not answered.
  protocol: (error, called) => (isReading(called) ? refused(error, called) : outcomeUnknown(error, called)),
  unauthorized: refused,
  paymentRequired: refused,
  gone: refused,
};

/** What a caller is told of a call that failed; whatever is not a provider's doing stays as it is. */
export function problemOf(error: unknown, called: Called): unknown {
  if (error instanceof CallHeldBack) return error.problem;
  if (error instanceof CallNotStarted) {
    const detail = 'the call was not made in time and nothing happened; ask again';
    return new Problem(503, 'call_not_started', { detail, retryAfterS: RETRY_AFTER_S }, { cause: error });
  }
  return error instanceof ProviderError ? PROBLEMS[error.kind](error, called) : error;
}

/** The answer to what a provider has no operation for: what it has instead. */
export function notOffered({ instance, operation }: Called): Problem {
  const { method, path } = offerView(operation, instance.slug);
  const detail = `${instance.slug} does not offer ${operation} (${method} ${path}); see offers for what it does`;
  return new Problem(501, 'operation_not_offered', { detail, offers: offersOf(instance) });
}

function isReading({ operation }: Called): boolean {
  return OFFERS[operation].method === RequestMethod.GET;
}

function outcomeUnknown(error: ProviderError, called: Called): Problem {
  const { slug } = called.instance;
  const what = error.kind === 'protocol' ? 'its answer cannot be read' : 'its answer was lost';
  return problem(502, 'outcome_unknown', error, {
    detail: `${slug} was asked and ${what} (${error.detail.reason}): it may have happened; ${whereToLook(called)} before asking again`,
  });
}

function refused(error: ProviderError, { instance: { slug } }: Called): Problem {
  const { reason } = error.detail;
  return problem(502, 'provider_refused', error, {
    detail:
      error.kind === 'protocol'
        ? `${slug} answered what cannot be read (${reason}); nothing was changed there`
        : `${slug} refuses this service (${error.kind}: ${reason}); see its settings and its halt`,
  });
}

function problem(
  status: number,
  code: string,
  cause: ProviderError,
  more: ConstructorParameters<typeof Problem>[2],
): Problem {
  return new Problem(status, code, more, { cause });
}

function fault(field: string, rule: string) {
  return { field, code: 'invalid_value', rule } as const;
}

function retryAfterS({ detail }: ProviderError): number {
  return detail.retryAfterMs === undefined
    ? RETRY_AFTER_S
    : Math.max(1, Math.ceil(detail.retryAfterMs / 1_000));
}

function whereToLook({ instance, operation }: Called): string {
  const lookAt = LOOK_AT[operation] ?? 'readAccount';
  const shown: Operation = OFFERS[lookAt].isOffered(instance) ? lookAt : 'readAccount';
  const { method, path } = offerView(shown, instance.slug);
  return `look at ${method} ${path}`;
}

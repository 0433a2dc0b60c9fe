import { ProviderError, type ProviderErrorDetail, type ProviderErrorKind } from '#identity-provider';
import { headerOf } from './body.js';
import type { Answer } from './exchange.js';
import type { NoAnswer } from './no-answer.js';
import { parseRetryAfter } from './retry-after.js';

const KIND_OF_STATUS: Readonly<Record<number, ProviderErrorKind>> = {
  400: 'invalid',
  401: 'unauthorized',
  402: 'paymentRequired',
  403: 'unauthorized',
  404: 'notFound',
  409: 'conflict',
  410: 'gone',
  422: 'invalid',
  429: 'rateLimited',
  501: 'unsupported',
  503: 'rateLimited',
};

/** Answers after which a write may or may not have happened. */
function isLost(status: number): boolean {
  return status === 408 || status === 425 || (status >= 500 && KIND_OF_STATUS[status] === undefined);
}

/** The generic reading of an answer of 400 and above, for all that a provider does not explain itself. */
export function errorOfStatus(answer: Answer, mutating: boolean, nowMs: number): ProviderError {
  const { status } = answer;
  const detail: ProviderErrorDetail = { reason: `http_${status}`, status };
  if (isLost(status)) return new ProviderError(mutating ? 'outcomeUnknown' : 'unreachable', detail);
  const kind = KIND_OF_STATUS[status] ?? 'invalid';
  if (kind !== 'rateLimited') return new ProviderError(kind, detail);
  const hint = { retryAfter: headerOf(answer, 'retry-after'), date: headerOf(answer, 'date') };
  const retryAfterMs = parseRetryAfter(hint, nowMs);
  return new ProviderError(kind, retryAfterMs === undefined ? detail : { ...detail, retryAfterMs });
}

/** What the lack of an answer means: only what was sent and may change something is in doubt. */
export function errorOfNoAnswer(
  failure: NoAnswer,
  mutating: boolean,
  cause: Error | undefined,
): ProviderError {
  return new ProviderError(
    kindOfFailure(failure, mutating),
    { reason: failure.reason },
    cause === undefined ? undefined : { cause },
  );
}

function kindOfFailure(failure: NoAnswer, mutating: boolean): ProviderErrorKind {
  switch (failure.fate) {
    case 'unreadable':
      return 'protocol';
    case 'unsendable':
      return 'invalid';
    case 'notSent':
      return 'unreachable';
    case 'lost':
      return mutating ? 'outcomeUnknown' : 'unreachable';
  }
}

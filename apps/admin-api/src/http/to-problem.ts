import { HttpException } from '@nestjs/common';
import {
  AccountNotConfirmed,
  ConfirmationRefused,
  Erased,
  ErasedIdentifier,
  ErasureInFlight,
  ErasureNotFound,
  ExternalKeyTaken,
  FourEyesRequired,
  HoldChanged,
  HoldExpired,
  ImportRefused,
  isDatabaseUnavailable,
  LegalHoldStands,
  NoAccount,
  NothingToErase,
  PlanNotFound,
  PlanStateRefused,
  NotMirrored,
  OtherRunOpen,
  RevisionMismatch,
  StatusRefused,
  TooManyEntries,
  TransitionRefused,
  UserClosed,
  UserNotFound,
  WaiverRefused,
} from '#store';
import { findingProblemOf } from './finding-problem.js';
import { Problem } from './problem.js';

const RETRY_AFTER_S = 2;

/** What a status that a framework chose means here. Its own texts are dropped: they repeat what was sent. */
const FRAMEWORK: Readonly<Record<number, readonly [code: string, detail: string]>> = {
  400: [
    'malformed_request',
    'the request cannot be read; check the URL, and that the body is one JSON value',
  ],
  404: ['not_found', 'there is nothing here; see /docs for what there is'],
  405: ['method_not_allowed', 'this method is not for this path; see /docs'],
  408: ['request_timeout', 'the request did not arrive in time'],
  413: [
    'body_too_large',
    'the body must have at most 64 KB, that of a webhook 1 MB; only imports are streamed',
  ],
  414: ['uri_too_long', 'the URL, or a part of its path, is too long'],
  415: ['unsupported_media_type', 'send application/json in UTF-8, not compressed'],
  431: ['headers_too_large', 'the headers of the request are too large'],
  503: ['shutting_down', 'this process is ending; ask again'],
};

/** Spells any error as a problem. What nobody foresaw is a 500 that tells nothing. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return ofRoster(error) ?? ofDatabase(error) ?? ofFramework(error) ?? unforeseen(error);
}

function ofRoster(error: unknown): Problem | null {
  if (!(error instanceof Error)) return null;
  const detail = error.message;
  if (error instanceof UserNotFound) return new Problem(404, 'user_not_found', { detail });
  if (error instanceof ExternalKeyTaken) return new Problem(409, 'external_key_taken', { detail });
  if (error instanceof HoldChanged) return new Problem(409, 'hold_changed', { detail });
  if (error instanceof HoldExpired) return new Problem(409, 'hold_expired', { detail });
  if (error instanceof FourEyesRequired) return new Problem(403, 'four_eyes_required', { detail });
  if (error instanceof Erased) return new Problem(409, 'erased', { detail });
  if (error instanceof ErasedIdentifier) return erasedEmail(error);
  if (error instanceof PlanNotFound) return new Problem(404, 'plan_not_found', { detail });
  if (error instanceof PlanStateRefused)
    return new Problem(409, 'plan_state', { detail, state: error.state });
  if (error instanceof OtherRunOpen) return otherRunOpen(error);
  if (error instanceof ErasureNotFound) return new Problem(404, 'erasure_not_found', { detail });
  if (error instanceof WaiverRefused)
    return new Problem(409, 'waiver_refused', { detail, state: error.obstacle });
  if (error instanceof ErasureInFlight) return new Problem(409, 'erasure_in_flight', { detail });
  if (error instanceof LegalHoldStands) return new Problem(409, 'legal_hold', { detail });
  if (error instanceof RevisionMismatch) return new Problem(412, 'revision_mismatch', { detail });
  if (error instanceof ImportRefused) return new Problem(422, error.code, { detail });
  if (error instanceof StatusRefused) {
    return new Problem(409, 'wrong_status', { detail, state: error.status });
  }
  if (error instanceof NoAccount) {
    return new Problem(404, 'account_not_found', { detail, state: error.situation });
  }
  if (error instanceof NotMirrored) return new Problem(404, 'link_not_found', { detail });
  if (error instanceof NothingToErase) {
    return new Problem(409, 'nothing_to_erase', { detail, state: error.why });
  }
  if (error instanceof ConfirmationRefused) return unconfirmed(error);
  if (error instanceof AccountNotConfirmed) return unconfirmed(error);
  if (error instanceof UserClosed) return new Problem(409, 'user_closed', { detail, state: error.status });
  if (error instanceof TransitionRefused) {
    return new Problem(409, 'transition_refused', { detail, state: error.from });
  }
  if (error instanceof TooManyEntries) {
    const fault = { field: error.field, code: 'invalid_value', rule: detail } as const;
    return new Problem(422, 'invalid_fields', { detail, errors: [fault] });
  }
  return findingProblemOf(error);
}

function otherRunOpen({ message, runs }: OtherRunOpen): Problem {
  return new Problem(409, 'reconciliation_open', {
    detail: message,
    runs: runs.map(({ id, provider, mode, userIds }) => ({
      id,
      provider,
      mode,
      scope: userIds === null ? null : { userIds },
    })),
  });
}

function erasedEmail({ message }: ErasedIdentifier): Problem {
  const fault = { field: 'email', code: 'invalid_value', rule: message } as const;
  return new Problem(409, 'erased_identifier', { detail: message, errors: [fault] });
}

function unconfirmed({ given, message }: Pick<ConfirmationRefused, 'given' | 'message'>): Problem {
  const fault = { field: 'confirm', code: given ? 'invalid_value' : 'missing', rule: message } as const;
  return new Problem(422, 'confirmation_required', { detail: `confirm ${message}`, errors: [fault] });
}

function ofDatabase(error: unknown): Problem | null {
  if (!isDatabaseUnavailable(error)) return null;
  const detail = 'the roster cannot be reached; the request may be repeated';
  return new Problem(503, 'database_unavailable', { detail, retryAfterS: RETRY_AFTER_S }, { cause: error });
}

function ofFramework(error: unknown): Problem | null {
  const status = statusOf(error);
  const known = status === null ? undefined : FRAMEWORK[status];
  if (status === null || known === undefined) return null;
  const [code, detail] = known;
  return new Problem(status, code, { detail }, { cause: error });
}

function statusOf(error: unknown): number | null {
  if (error instanceof HttpException) return error.getStatus();
  const isStatus = error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number';
  return isStatus ? (error.statusCode as number) : null;
}

function unforeseen(error: unknown): Problem {
  const detail = 'something went wrong here; the log has it under the request id';
  return new Problem(500, 'internal', { detail }, { cause: error });
}

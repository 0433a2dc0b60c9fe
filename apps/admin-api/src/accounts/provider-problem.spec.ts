import { describe, expect, it } from '@jest/globals';
import {
  CallNotStarted,
  PROVIDER_ERROR_KINDS,
  ProviderError,
  type ProviderErrorKind,
} from '#identity-provider';
import { Problem } from '../http/problem.js';
import type { Operation } from './offers.js';
import { problemOf } from './provider-problem.js';
import { scriptedInstance } from './scripted-instance.harness.js';

const SECRET = 'ana@example.com';

describe('what callers are told of a provider’s troubles', () => {
  const instance = scriptedInstance('north', { operations: { removePasskeys: () => Promise.resolve() } });
  const told = (error: unknown): Problem => {
    const problem = problemOf(error, { instance, operation: 'removePasskeys' });
    if (!(problem instanceof Problem)) throw new Error('not told as a problem');
    return problem;
  };

  const EXPECTED: Readonly<Record<ProviderErrorKind, readonly [status: number, code: string]>> = {
    unreachable: [502, 'provider_unreachable'],
    rateLimited: [503, 'provider_rate_limited'],
    outcomeUnknown: [502, 'outcome_unknown'],
    conflict: [409, 'provider_conflict'],
    notFound: [404, 'account_not_found'],
    invalid: [422, 'refused_by_provider'],
    identifierTaken: [409, 'identifier_taken'],
    unsupported: [501, 'operation_not_offered'],
    protocol: [502, 'outcome_unknown'],
    unauthorized: [502, 'provider_refused'],
    paymentRequired: [502, 'provider_refused'],
    gone: [502, 'provider_refused'],
  };

  it.each(PROVIDER_ERROR_KINDS)(
    '%s has its own answer, that names the provider and nothing personal',
    (kind) => {
      const cause = new Error(`somebody called ${SECRET}`);
      const problem = told(new ProviderError(kind, { reason: 'some_word', status: 418 }, { cause }));
      expect([problem.getStatus(), problem.code]).toEqual(EXPECTED[kind]);
      const body = JSON.stringify(problem.toBody('request'));
      expect(body).toContain('north');
      expect(body).not.toContain(SECRET);
    },
  );

  it('an answer that cannot be read leaves open what happened only where something could', () => {
    const error = new ProviderError('protocol', { reason: 'not_json' });
    const codeOf = (operation: Operation) => (problemOf(error, { instance, operation }) as Problem).code; // as above
    expect(codeOf('readAudits')).toBe('provider_refused');
    expect(codeOf('startRegistration')).toBe('outcome_unknown');
  });

  it.each(['unreachable', 'rateLimited'] as const)('%s says when to ask again', (kind) => {
    const after = (retryAfterMs?: number) =>
      told(new ProviderError(kind, { reason: 'x', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }))
        .more.retryAfterS;
    expect([after(), after(1), after(1_001), after(60_000)]).toEqual([2, 1, 2, 60]);
  });

  it.each(['already_has_passkeys', 'no_passkeys'])(
    'a conflict that is known has a code of its own: %s',
    (reason) => {
      const problem = told(new ProviderError('conflict', { reason }));
      expect([problem.getStatus(), problem.code]).toEqual([409, reason]);
    },
  );

  it('a refusal names the attribute where the provider does', () => {
    const problem = told(new ProviderError('invalid', { reason: 'too_long', attribute: 'message' }));
    expect(problem.more.errors).toEqual([
      { field: 'message', code: 'invalid_value', rule: 'is refused by north (too_long); correct it' },
    ]);
  });

  it('a lost answer says where to look, by what the provider offers', () => {
    const detailAt = (with_: object) =>
      (
        problemOf(new ProviderError('outcomeUnknown', { reason: 'x' }), {
          instance: scriptedInstance('north', { operations: with_ }),
          operation: 'removePasskeys',
        }) as Problem
      ) // as above
      .more.detail;
    expect(detailAt({ readAudits: () => undefined })).toContain(
      'GET /v1/users/{id}/providers/north/audits before',
    );
    expect(detailAt({})).toContain('GET /v1/users/{id}/providers/north before');
  });

  it('what was not sent may be asked for again, and what is no provider’s doing stays what it is', () => {
    const problem = told(new CallNotStarted('leaseEnding'));
    expect([problem.getStatus(), problem.code, problem.more.retryAfterS]).toEqual([
      503,
      'call_not_started',
      2,
    ]);
    const own = new TypeError('a defect');
    expect(problemOf(own, { instance, operation: 'removePasskeys' })).toBe(own);
  });
});

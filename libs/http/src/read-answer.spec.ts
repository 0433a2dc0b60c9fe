import { describe, expect, it } from '@jest/globals';
import { ProviderError, type ProviderErrorKind } from '#identity-provider';
import { z } from 'zod';
import type { ProviderRequest } from './client.js';
import { readAnswer } from './read-answer.js';

const user = { schema: z.object({ id: z.string() }), member: 'user', reason: 'not_a_user' };

function read(method: ProviderRequest['method'], json: unknown) {
  return readAnswer({ method }, { status: 200, json }, user);
}

describe('what an answer must hold', () => {
  it('is read below its member, or as the answer itself', () => {
    expect(read('GET', { user: { id: 'ann' } })).toEqual({ id: 'ann' });
    const bare = { schema: user.schema, reason: 'not_a_user' };
    expect(readAnswer({ method: 'GET' }, { status: 200, json: { id: 'ann' } }, bare)).toEqual({ id: 'ann' });
  });

  it.each<[ProviderRequest['method'], unknown, ProviderErrorKind, string]>([
    ['POST', undefined, 'outcomeUnknown', 'empty_answer'],
    ['PUT', undefined, 'outcomeUnknown', 'empty_answer'],
    ['DELETE', undefined, 'outcomeUnknown', 'empty_answer'],
    ['GET', undefined, 'protocol', 'empty_answer'],
    ['GET', { id: 'ann' }, 'protocol', 'not_a_user'],
    ['PATCH', { user: null }, 'protocol', 'not_a_user'],
    ['GET', null, 'protocol', 'not_a_user'],
    ['GET', 'user', 'protocol', 'not_a_user'],
    ['GET', Object.create({ user: { id: 'ann' } }), 'protocol', 'not_a_user'],
  ])('H26, H27: a %s answered with %j is %s', (method, json, kind, reason) => {
    const refuse = () => read(method, json);
    expect(refuse).toThrow(ProviderError);
    expect(refuse).toThrow(expect.objectContaining({ kind, detail: { reason, status: 200 } }));
  });
});

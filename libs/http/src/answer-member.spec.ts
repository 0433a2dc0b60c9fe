import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { asItCame, orNull, timeOrNull } from './answer-member.js';

const answer = z.object({ name: orNull(z.string()), at: timeOrNull });

describe('a member that may be left out of an answer', () => {
  it('H33: reads as no value, absent or null', () => {
    expect(answer.parse({})).toEqual({ name: null, at: null });
    expect(answer.parse({ name: null, at: null })).toEqual({ name: null, at: null });
  });

  it('reads as its value, and is refused when it is something else', () => {
    expect(answer.parse({ name: '' })).toEqual({ name: '', at: null });
    expect(answer.safeParse({ name: 7 }).success).toBe(false);
  });

  it.each([
    ['2021-05-07T12:55:42.242Z', new Date('2021-05-07T12:55:42.242Z')],
    ['2024-01-02T03:04:05.000000Z', new Date('2024-01-02T03:04:05Z')],
    ['', null],
    ['yesterday', null],
  ])('reads the time %j as %j', (at, expected) => {
    expect(answer.parse({ at }).at).toEqual(expected);
  });
});

describe('a member that is handed on as it came', () => {
  it('is the very object, whatever its members are called', () => {
    const held: unknown = JSON.parse('{"__proto__": {"a": 1}, "b": null}');
    expect(asItCame.parse(held)).toBe(held);
  });

  it.each([[[]], ['text'], [7], [null], [undefined]])('is refused when it is %j', (value) => {
    expect(asItCame.safeParse(value).success).toBe(false);
  });

  it('may be left out where that is said', () => {
    const answer = z.object({ held: asItCame.nullish() });
    expect(answer.parse({})).toEqual({});
    expect(answer.parse({ held: null })).toEqual({ held: null });
  });
});

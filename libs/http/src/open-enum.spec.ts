import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { openEnum } from './open-enum.js';

const state = openEnum(['authorized', 'invalid']);

describe('a list of values that may grow', () => {
  it('reads a value that it knows as itself, and the type says which there are', () => {
    const value: z.infer<typeof state> = state.parse('authorized');
    const all: readonly ('authorized' | 'invalid' | 'unknown')[] = [value];
    expect(all).toEqual(['authorized']);
  });

  it('H37: reads any other text as unknown', () => {
    for (const value of ['paused', '', 'Authorized', 'unknown', 'constructor']) {
      expect(state.parse(value)).toBe('unknown');
    }
  });

  it('refuses what is no text', () => {
    for (const value of [1, true, null, undefined, ['authorized'], {}]) {
      expect(state.safeParse(value).success).toBe(false);
    }
  });

  it('leaves absence to whoever uses it', () => {
    expect(state.nullish().parse(null)).toBeNull();
    expect(state.nullish().parse(undefined)).toBeUndefined();
  });
});

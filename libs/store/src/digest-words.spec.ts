import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { digestWords } from './digest-words.js';

describe('the words of a digest', () => {
  it('are the first 64 bits of the SHA-1 of the text as UTF-8, the lesser byte first', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const digest = createHash('sha1').update(text, 'utf8').digest();
        expect(digestWords(text)).toEqual([digest.readUInt32LE(0), digest.readUInt32LE(4)]);
      }),
    );
  });
});

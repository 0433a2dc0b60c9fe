import { hash } from 'node:crypto';

/**
 * The first 64 bits of a text's SHA-1, as two words of 32 bits, the lesser byte first: to remember it by where taking two
 * texts for one, once in 2^64 pairs, can be borne. Not for secrets.
 */
export function digestWords(text: string): readonly [number, number] {
  // As text, since a buffer takes three times as long.
  const digest = hash('sha1', text, 'binary');
  return [wordAt(digest, 0), wordAt(digest, 4)];
}

function wordAt(bytes: string, at: number): number {
  const byte = (index: number): number => bytes.charCodeAt(at + index) << (8 * index);
  return (byte(0) | byte(1) | byte(2) | byte(3)) >>> 0;
}

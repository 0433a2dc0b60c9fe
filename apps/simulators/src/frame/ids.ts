const HEX = '0123456789abcdef';

/** @param random uniform in [0, 1) */
export function randomHex(random: () => number, length: number): string {
  let hex = '';
  for (let at = 0; at < length; at += 1) hex += HEX.charAt(Math.floor(random() * 16));
  return hex;
}

/** A version 4 UUID from the given randomness, so that a seeded run hands out the same ids again. */
export function randomUuid(random: () => number): string {
  const hex = randomHex(random, 32);
  const variant = HEX.charAt(8 + Math.floor(random() * 4));
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20),
  ].join('-');
}

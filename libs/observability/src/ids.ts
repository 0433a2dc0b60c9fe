import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

/** Makes ids; handed in where tests need to know them. */
export type NewId = () => string;

const RANDOM_BYTES = 16;
/** Asking the system takes as long for all of them as for one id, and ten times as long as making it. */
const IDS_AT_ONCE = 256;
const pool = new Uint8Array(RANDOM_BYTES * IDS_AT_ONCE);
let used = pool.length;

function nextRandom(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += RANDOM_BYTES;
  return pool.subarray(used - RANDOM_BYTES, used);
}

const SEQUENCE_STARTS_BELOW = 2 ** 31;
const last = { msecs: Number.NEGATIVE_INFINITY, seq: 0 };

/** Counts on within a millisecond from a random start, as RFC 9562 (6.2, method 1) has it. */
function nextMoment(random: Uint8Array): { readonly msecs: number; readonly seq: number } {
  const now = Date.now();
  if (now > last.msecs) {
    last.msecs = now;
    last.seq = new DataView(random.buffer, random.byteOffset).getUint32(0) % SEQUENCE_STARTS_BELOW;
  } else last.seq += 1;
  return last;
}

/** A UUID v7: ids made later sort later, which keeps the newest rows of an index together. */
export const newId: NewId = () => {
  const random = nextRandom();
  return v7({ random, ...nextMoment(random) });
};

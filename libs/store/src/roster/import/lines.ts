import { MAX_LINE_BYTES } from './raw-row.js';

const LINE_FEED = 0x0a;
const NOTHING = Buffer.alloc(0);

/** Bytes of one line without its end; `null` when it is longer than `MAX_LINE_BYTES`. */
export type LineBytes = Buffer | null;

/** Cuts a byte stream into lines, a group for each piece that arrives. Holds one line at most, and skips longer ones. */
export async function* linesOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<LineBytes[]> {
  let rest: Buffer = NOTHING;
  let isSkipping = false;
  for await (const piece of source) {
    const bytes = rest.length === 0 ? asBuffer(piece) : Buffer.concat([rest, piece]);
    const lines: LineBytes[] = [];
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
      lines.push(isSkipping || end - start > MAX_LINE_BYTES ? null : bytes.subarray(start, end));
      isSkipping = false;
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (isSkipping || rest.length > MAX_LINE_BYTES) {
      isSkipping = true;
      rest = NOTHING;
    }
    if (lines.length > 0) yield lines;
  }
  if (isSkipping) yield [null];
  else if (rest.length > 0) yield [rest];
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

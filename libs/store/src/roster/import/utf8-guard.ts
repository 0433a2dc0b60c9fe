import { isUtf8 } from 'node:buffer';

const LINE_FEED = 0x0a;
const MAX_HELD = 256 * 1024;

/** The stream stops being UTF-8 on this line. */
export class NotUtf8 extends Error {
  override readonly name = 'NotUtf8';

  constructor(readonly line: number) {
    super(`line ${line} is not UTF-8`);
  }
}

/**
 * Passes a byte stream on as long as it is UTF-8, cut at line ends so that no character is cut.
 * @throws NotUtf8 after everything before the bad line has been passed on
 */
export async function* utf8Only(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  let linesBefore = 0;
  for await (const piece of source) {
    held = Buffer.concat([held, piece]);
    const end = held.length > MAX_HELD ? endOfWholeCharacters(held) : held.lastIndexOf(LINE_FEED) + 1;
    const whole = held.subarray(0, end);
    if (!isUtf8(whole)) yield* untilBadLine(whole, linesBefore);
    linesBefore += countLines(whole);
    held = held.subarray(end);
    if (whole.length > 0) yield whole;
  }
  if (!isUtf8(held)) yield* untilBadLine(held, linesBefore);
  if (held.length > 0) yield held;
}

function* untilBadLine(bytes: Buffer, linesBefore: number): Generator<Buffer> {
  let line = linesBefore + 1;
  let start = 0;
  for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
    if (!isUtf8(bytes.subarray(start, end))) break;
    start = end + 1;
    line += 1;
  }
  if (start > 0) yield bytes.subarray(0, start);
  throw new NotUtf8(line);
}

/** Where the last whole character ends: steps back over at most three bytes of one that is cut. */
function endOfWholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= 3; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) return bytes.length - back;
    if (byte < 0x80) break;
  }
  return bytes.length;
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) lines += 1;
  return lines;
}

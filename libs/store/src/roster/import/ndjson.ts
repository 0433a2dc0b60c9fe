import { isUtf8 } from 'node:buffer';
import { type LineBytes, linesOf } from './lines.js';
import { MAX_LINE_BYTES, type RawRow, unreadable } from './raw-row.js';

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Reads newline-delimited JSON: one object a line, blank lines left out, a byte order mark tolerated. */
export async function* readNdjson(source: AsyncIterable<Uint8Array>): AsyncGenerator<RawRow[]> {
  let line = 0;
  for await (const group of linesOf(source)) {
    const rows: RawRow[] = [];
    for (const bytes of group) {
      line += 1;
      const row = readLine(line, bytes);
      if (row !== null) rows.push(row);
    }
    yield rows;
  }
}

function readLine(line: number, bytes: LineBytes): RawRow | null {
  if (bytes === null) {
    return unreadable(line, 'line_too_long', `must have at most ${MAX_LINE_BYTES} bytes a line`);
  }
  if (!isUtf8(bytes)) return unreadable(line, 'not_utf8', 'must be UTF-8; convert the file');
  const hasMark = line === 1 && bytes.subarray(0, 3).equals(BYTE_ORDER_MARK);
  const text = bytes.toString('utf8', hasMark ? 3 : 0).trim();
  if (text === '') return null;
  try {
    return { line, given: JSON.parse(text) as unknown };
  } catch {
    return unreadable(line, 'not_json', 'must be one JSON object');
  }
}

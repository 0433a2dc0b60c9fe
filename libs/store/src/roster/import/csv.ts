import { Readable } from 'node:stream';
import { type CsvError, parse, type Parser } from 'csv-parse';
import { readCells, readHeader } from './csv-header.js';
import { MAX_LINE_BYTES, type RawRow, unreadable, unreadableFrom } from './raw-row.js';
import { NotUtf8, utf8Only } from './utf8-guard.js';

// A quote that is never closed swallows lines; behind this many bytes the parser gives up.
const MAX_RECORD_BYTES = 16 * MAX_LINE_BYTES;
const ROWS_A_GROUP = 500;

/** What csv-parse gives for a record when asked for its place. */
interface CsvRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number; readonly records: number };
}

/** What went wrong so far. The parser is ahead of whoever reads its records, so each error knows how many precede it. */
interface Troubles {
  readonly skipped: RawRow[];
  stop: { readonly row: RawRow; readonly recordsBefore: number } | null;
}

/**
 * Reads CSV (RFC 4180, LF, CRLF or CR, a byte order mark tolerated) under a header that must be wholly understood.
 * A stray quote costs its row; a quote that is not closed as it should costs the rest of the file, since where the row
 * ends can no longer be known. Everything before it is given.
 * @throws ImportRefused when the header is refused
 */
export async function* readCsv(source: AsyncIterable<Uint8Array>): AsyncGenerator<RawRow[]> {
  const troubles: Troubles = { skipped: [], stop: null };
  const parser = openParser(troubles);
  const bytes = Readable.from(readableBytes(source, troubles), { objectMode: false });
  bytes.on('error', (error) => parser.destroy(error));
  bytes.pipe(parser);
  try {
    // The parser gives such objects because it is asked for `info`; its types do not follow the option.
    yield* readRecords(parser as AsyncIterable<CsvRecord>, troubles);
  } finally {
    bytes.destroy();
    parser.destroy();
  }
}

/** Ends, instead of failing, where the file can no longer be read: a failing stream drops what it still holds. */
async function* readableBytes(source: AsyncIterable<Uint8Array>, troubles: Troubles): AsyncGenerator<Buffer> {
  try {
    for await (const bytes of utf8Only(source)) {
      if (troubles.stop !== null) return;
      yield bytes;
    }
  } catch (error) {
    if (!(error instanceof NotUtf8)) throw error;
    const row = unreadableFrom(error.line, 'not_utf8', 'must be UTF-8; convert the file');
    troubles.stop ??= { row, recordsBefore: Number.POSITIVE_INFINITY };
  }
}

function openParser(troubles: Troubles): Parser {
  return parse({
    bom: true,
    info: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD_BYTES,
    skip_records_with_error: true,
    on_skip: (error) => {
      if (error !== undefined && troubles.stop === null) note(error, troubles);
    },
  });
}

function note(error: CsvError, troubles: Troubles): void {
  const line = numberOf(error, 'lines');
  // Only a stray quote inside a plain cell leaves it clear where the row ends.
  if (error.code.endsWith('INVALID_OPENING_QUOTE')) {
    troubles.skipped.push(unreadable(line, 'malformed_csv', 'has a quote inside a cell that is not quoted'));
    return;
  }
  const row =
    error.code === 'CSV_MAX_RECORD_SIZE'
      ? unreadableFrom(line, 'line_too_long', `must have at most ${MAX_LINE_BYTES} bytes a row`)
      : unreadableFrom(line, 'malformed_csv', 'has a quote that is not closed, or text behind a closing one');
  troubles.stop = { row, recordsBefore: numberOf(error, 'records') };
}

async function* readRecords(records: AsyncIterable<CsvRecord>, troubles: Troubles): AsyncGenerator<RawRow[]> {
  let header: readonly string[] | null = null;
  let group: RawRow[] = [];
  for await (const { record, info } of records) {
    if (info.records > (troubles.stop?.recordsBefore ?? Number.POSITIVE_INFINITY)) break;
    if (header === null) {
      header = readHeader(record);
      continue;
    }
    group.push(...troubles.skipped.splice(0), rowOf(header, record, info.lines));
    if (group.length >= ROWS_A_GROUP) {
      yield group;
      group = [];
    }
  }
  yield [...group, ...troubles.skipped.splice(0), ...(troubles.stop === null ? [] : [troubles.stop.row])];
}

function rowOf(header: readonly string[], cells: readonly string[], line: number): RawRow {
  if (cells.length !== header.length) {
    const rule = `must have ${header.length} cells as the header has; it has ${cells.length}`;
    return unreadable(line, 'wrong_column_count', rule);
  }
  // A code unit is at least a byte, and 64 KB is far beyond any row that could be accepted.
  if (cells.reduce((size, cell) => size + cell.length, 0) > MAX_LINE_BYTES) {
    return unreadable(line, 'line_too_long', `must have at most ${MAX_LINE_BYTES} bytes a row`);
  }
  return { line, given: readCells(header, cells) };
}

function numberOf(error: CsvError, name: 'lines' | 'records'): number {
  const value: unknown = error[name];
  return typeof value === 'number' ? value : 0;
}

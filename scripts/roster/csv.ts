import { parse } from 'csv-parse/sync';
import { ROSTER_COLUMNS, type RosterRow } from './row.js';

/**
 * Writes rows as CSV with a header and a line feed after each line.
 * @see RFC 4180 section 2: a field with a comma, a quote or a line break is quoted, and its quotes are doubled
 */
export function writeRoster(rows: readonly RosterRow[]): string {
  const lines = rows.map((row) => ROSTER_COLUMNS.map((column) => quote(row[column])).join(','));
  return [ROSTER_COLUMNS.join(','), ...lines, ''].join('\n');
}

/**
 * Reads what `writeRoster` wrote.
 * @throws Error when the header is another one, or a line has another number of fields
 */
export function readRoster(csv: string): RosterRow[] {
  // With `columns` and no casts every record maps each header name to a text; the header is checked in the callback.
  return parse(csv, { columns: checkHeader }) as unknown as RosterRow[];
}

function checkHeader(header: readonly string[]): string[] {
  if (header.join() !== ROSTER_COLUMNS.join()) {
    throw new Error(`a roster file starts with the line ${ROSTER_COLUMNS.join()}`);
  }
  return [...header];
}

function quote(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

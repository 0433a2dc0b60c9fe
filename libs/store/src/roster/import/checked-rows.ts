import { canonicalJson } from '../../audit/canonical-json.js';
import { fieldFaults } from '../input/faults.js';
import { importRowSchema } from '../input/schema.js';
import { readCsv } from './csv.js';
import { readNdjson } from './ndjson.js';
import type { CheckedRow } from './plan-row.js';
import type { RawRow } from './raw-row.js';
import { countFailed, type ImportReport, type RowError } from './report.js';
import { SeenRows } from './seen-rows.js';
import { withTurns } from './with-turns.js';

const ROWS_A_CHUNK = 1_000;

/** Formats that an import reads. */
export type ImportFormat = 'ndjson' | 'csv';

/** Reads a file and passes on, a thousand at a time, the rows that stand every check of their own; counts the others. */
export function readChunks(
  bytes: AsyncIterable<Uint8Array>,
  format: ImportFormat,
  report: ImportReport,
): AsyncGenerator<CheckedRow[]> {
  return chunksOf(checkedRows(withTurns(readRows(bytes, format)), report), ROWS_A_CHUNK);
}

function readRows(bytes: AsyncIterable<Uint8Array>, format: ImportFormat): AsyncGenerator<RawRow[]> {
  return format === 'csv' ? readCsv(bytes) : readNdjson(bytes);
}

async function* checkedRows(
  groups: AsyncIterable<RawRow[]>,
  report: ImportReport,
): AsyncGenerator<CheckedRow[]> {
  const seen = new SeenRows();
  for await (const group of groups) {
    const checked: CheckedRow[] = [];
    for (const raw of group) {
      const outcome = 'error' in raw ? [raw.error] : checkRow(raw.line, raw.given, seen);
      if (outcome === 'seen') {
        report.received += 1;
        report.unchanged += 1;
      } else if (Array.isArray(outcome)) {
        countFailed(report, outcome);
      } else {
        checked.push(outcome);
      }
      if ('last' in raw) report.complete = false;
    }
    yield checked;
  }
}

function checkRow(line: number, given: unknown, seen: SeenRows): CheckedRow | RowError[] | 'seen' {
  const parsed = importRowSchema.safeParse(given);
  if (!parsed.success) return fieldFaults(parsed.error).map((fault) => ({ line, ...keyOf(given), ...fault }));
  const row = parsed.data;
  // Checked rows are JSON through and through.
  const content = canonicalJson(given as Parameters<typeof canonicalJson>[0]);
  const earlier = seen.note(line, row.externalKey, content);
  if (earlier === null) return { line, row };
  if (earlier.same) return 'seen';
  const rule = `differs from line ${earlier.line}, which has the same key; keep one of them`;
  return [{ line, externalKey: row.externalKey, field: 'externalKey', code: 'conflicting_row', rule }];
}

function keyOf(given: unknown): { externalKey?: string } {
  if (!(given instanceof Object) || !('externalKey' in given)) return {};
  const { externalKey } = given;
  return typeof externalKey === 'string' ? { externalKey: externalKey.toWellFormed().slice(0, 256) } : {};
}

async function* chunksOf(groups: AsyncIterable<CheckedRow[]>, size: number): AsyncGenerator<CheckedRow[]> {
  let chunk: CheckedRow[] = [];
  for await (const group of groups) {
    for (const row of group) {
      chunk.push(row);
      if (chunk.length < size) continue;
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}

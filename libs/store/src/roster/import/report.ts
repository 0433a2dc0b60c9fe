import type { FieldFault } from '../input/faults.js';

/** Why one row was not taken. Stable: scripts match on it. */
export type RowFaultCode =
  | FieldFault['code']
  | 'not_json'
  | 'not_utf8'
  | 'line_too_long'
  | 'malformed_csv'
  | 'wrong_column_count'
  | 'conflicting_row'
  | 'too_many_entries'
  | 'user_deleted'
  | 'user_purging'
  | 'erased'
  | 'erased_identifier';

/** One row that was not taken, in words that hold no value of it but its key. */
export interface RowError {
  /** Line of the file, from 1; for a CSV row over several lines, its last. */
  readonly line: number;
  readonly externalKey?: string;
  readonly field: string;
  readonly code: RowFaultCode;
  readonly rule: string;
}

/** Errors that a report shows; further ones are only counted. */
const MAX_ERRORS_SHOWN = 1_000;

/** What an import did. `received` is the sum of the other counts, unless nothing was kept: then only `failed` counts. */
export interface ImportReport {
  received: number;
  created: number;
  updated: number;
  unchanged: number;
  failed: number;
  /** False when the rest of the file could not be read; the last error says from which line. */
  complete: boolean;
  /** False when nothing was kept, because one row of an atomic import failed, or only a look was asked for. */
  applied: boolean;
  errors: RowError[];
  /** Of people who are not in the file; only where they were to be deleted. */
  sync?: SyncReport;
}

/**
 * What became of people who are not in the file.
 * - `done`: they are deleted
 * - `deletions_held`: they are more than one import may delete, and nobody was deleted
 * - `file_not_whole`: a row was refused, or the file was not read to its end, and nobody was deleted
 * - `dry_run`: they would be deleted
 */
export const SYNC_OUTCOMES = ['done', 'deletions_held', 'file_not_whole', 'dry_run'] as const;

/** People who are not in the file, by what became of them. */
export interface SyncReport {
  readonly outcome: (typeof SYNC_OUTCOMES)[number];
  /** `null`: not counted, since the file does not say. */
  readonly missing: number | null;
  readonly deleted: number;
  /** People who are kept because there are too many of them. */
  readonly held: number;
  /** How many might have been deleted; `null` without a limit. */
  readonly allowed: number | null;
}

/** A report of nothing yet. */
export function emptyReport(): ImportReport {
  return {
    received: 0,
    created: 0,
    updated: 0,
    unchanged: 0,
    failed: 0,
    complete: true,
    applied: true,
    errors: [],
  };
}

/** Counts one row as failed, with everything that is wrong with it. */
export function countFailed(report: ImportReport, errors: readonly RowError[]): void {
  report.received += 1;
  report.failed += 1;
  report.errors.push(...errors.slice(0, MAX_ERRORS_SHOWN - report.errors.length));
}

/** The file as a whole is refused; nothing was written. */
export class ImportRefused extends Error {
  override readonly name = 'ImportRefused';

  constructor(
    readonly code: 'empty_import' | 'invalid_header' | 'atomic_too_large',
    message: string,
  ) {
    super(message);
  }
}

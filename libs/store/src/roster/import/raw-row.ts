import type { RowError } from './report.js';

/** One row as the file spells it, not checked yet; or why it could not be read. */
export type RawRow =
  | { readonly line: number; readonly given: unknown }
  | {
      readonly line: number;
      readonly error: RowError;
      /** Nothing behind this row is read. */ readonly last?: boolean;
    };

/** A longer line is not a person. Also the bound of what is held of one row. */
export const MAX_LINE_BYTES = 64 * 1024;

/** The error of a row that could not be read at all. */
export function unreadable(line: number, code: RowError['code'], rule: string): RawRow {
  return { line, error: { line, field: '', code, rule } };
}

/** The same, where the rest of the file cannot be read either. */
export function unreadableFrom(line: number, code: RowError['code'], rule: string): RawRow {
  return {
    line,
    error: { line, field: '', code, rule: `${rule}; nothing from here on was read` },
    last: true,
  };
}

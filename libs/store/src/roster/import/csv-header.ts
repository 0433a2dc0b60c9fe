import { TEXT_ATTRIBUTES } from '#domain';
import { ImportRefused } from './report.js';

const COLUMNS = ['externalKey', ...TEXT_ATTRIBUTES, 'status', 'tags'] as const;
const ATTRIBUTE_PREFIX = 'attributes.';
const MAX_SHOWN = 64;
const OTHER_SEPARATORS = /[;\t|]/;

/**
 * Reads a header. Names are exact: case counts, and nothing is trimmed.
 * @throws ImportRefused when a column is unknown, doubled, or `externalKey` is missing; it names the column
 */
export function readHeader(cells: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  for (const cell of cells) {
    if (!isColumn(cell)) throw refused(`column "${shown(cell)}" is unknown${hint(cell)}`);
    if (seen.has(cell)) throw refused(`column "${cell}" is there twice; remove one`);
    seen.add(cell);
  }
  if (!seen.has('externalKey')) throw refused('column "externalKey" is missing');
  return cells;
}

function isColumn(cell: string): boolean {
  if ((COLUMNS as readonly string[]).includes(cell)) return true;
  return cell.startsWith(ATTRIBUTE_PREFIX) && cell.length > ATTRIBUTE_PREFIX.length;
}

function hint(cell: string): string {
  if (OTHER_SEPARATORS.test(cell)) return '; columns must be separated by commas';
  const wanted = cell
    .trim()
    .toLowerCase()
    .replace(/[\s_-]/g, '');
  const near = COLUMNS.find((column) => column.toLowerCase() === wanted);
  return near === undefined
    ? `; known are ${COLUMNS.join(', ')} and attributes.<key>`
    : `; did you mean "${near}"?`;
}

function shown(cell: string): string {
  return cell.slice(0, MAX_SHOWN);
}

function refused(message: string): ImportRefused {
  return new ImportRefused('invalid_header', `the header of the file is refused: ${message}`);
}

/**
 * Reads one row under its header. An empty cell means "no value"; a column that is not there means "as it is".
 * `tags` are spelt `name=value;name`. Numbers and booleans stay text: CSV has no types.
 */
export function readCells(header: readonly string[], cells: readonly string[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  const attributes: [string, string | null][] = [];
  for (const [at, column] of header.entries()) {
    const cell = cells[at] ?? '';
    const value = cell === '' ? null : cell;
    if (column.startsWith(ATTRIBUTE_PREFIX)) {
      attributes.push([column.slice(ATTRIBUTE_PREFIX.length), value]);
    } else if (column === 'tags') {
      row[column] = readTags(cell);
    } else if (column !== 'externalKey' || value !== null) {
      row[column] = value;
    }
  }
  if (attributes.length > 0) row['attributes'] = Object.fromEntries(attributes);
  return row;
}

function readTags(cell: string): Record<string, string> {
  const pairs = cell.split(';').filter((pair) => pair !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      return at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

import type { ListingDisturbance } from './back-door.js';

/** An account in the provider's own shape. */
export type Row = Readonly<Record<string, unknown>>;

/** One page of a listing, before the provider's own spelling. */
export interface SpelledPage {
  /** From 1: how many answers came before it, and itself. */
  readonly number: number;
  readonly rows: readonly Row[];
  /** How many accounts the answer claims there are, where the provider tells. */
  readonly total: number;
  /** A cursor that leads to another page, or `null` on the last, where the provider has cursors. */
  readonly next: string | null;
}

/** Answers to calls of a listing, in their order; the last one is given for ever. `null`: the provider itself answers. */
export type Answers = readonly (SpelledPage | 'refused' | null)[];

/** More answers than an adapter may read before it notices that it goes round. */
const LONG_ENOUGH = 60;

/** What a listing of these accounts is answered, by what is wrong with it. */
export function answersOf(how: ListingDisturbance, rows: readonly Row[], pageSize: number): Answers {
  const pages = cut(rows, pageSize);
  const [first = [], second = []] = pages;
  const many = rows.length * LONG_ENOUGH;
  const nothing: readonly Row[] = [];
  switch (how) {
    case 'samePage':
      return [{ number: 1, rows: first, total: many, next: 'again' }];
    case 'roundabout':
      return repeat((number) =>
        number % 2 === 1
          ? { number, rows: first, total: many, next: 'there' }
          : { number, rows: second, total: many, next: 'back' },
      );
    case 'endless':
      return repeat((number) => ({
        number,
        rows: first,
        total: (number + 1) * pageSize,
        next: `on-${number}`,
      }));
    case 'emptyForEver':
      return repeat((number) => ({
        number,
        rows: number === 1 ? first : nothing,
        total: many,
        next: `on-${number}`,
      }));
    case 'hole':
      return spell(
        pages.map((page, at) => (at === 1 ? nothing : page)),
        rows.length,
      );
    case 'emptied':
      return spell([nothing], rows.length);
    case 'vanished':
      return spell([nothing], 0);
    case 'overstated':
      return spell([...pages, nothing], rows.length + pageSize);
    case 'understated':
      return spell(pages, 1);
    case 'shortPages':
      return spell(cut(rows, pageSize / 2), rows.length);
    case 'doubledRows': {
      const doubled = withDoubles(rows, pageSize);
      return spell(cut(doubled, pageSize), doubled.length);
    }
    case 'refusedOnce':
      return [null, 'refused', null];
    case 'refused':
      return repeat((number) => (number % 2 === 1 ? null : 'refused'));
  }
}

function repeat(answer: (number: number) => Answers[number]): Answers {
  return Array.from({ length: LONG_ENOUGH }, (_, at) => answer(at + 1));
}

/** Pages that follow each other, the last one for ever. */
function spell(pages: readonly (readonly Row[])[], total: number): Answers {
  return pages.map((rows, at) => ({
    number: at + 1,
    rows,
    total,
    next: at === pages.length - 1 ? null : `page-${at + 2}`,
  }));
}

/** The first account twice on the first page, and the last of that page once more on the second. */
function withDoubles(rows: readonly Row[], pageSize: number): Row[] {
  const [first, ...others] = rows;
  if (first === undefined) return [];
  const page = [first, first, ...others.slice(0, pageSize - 2)];
  return [...page, ...page.slice(-1), ...others.slice(pageSize - 2)];
}

function cut(rows: readonly Row[], pageSize: number): Row[][] {
  const count = Math.max(1, Math.ceil(rows.length / pageSize));
  return Array.from({ length: count }, (_, at) => rows.slice(at * pageSize, (at + 1) * pageSize));
}

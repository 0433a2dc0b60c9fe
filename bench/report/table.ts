import Table from 'cli-table3';
import type { Outcome } from '../figure.js';
import { TITLES, type FigureId } from '../titles.js';
import { HEAD, inOrder, rowsOf } from './rows.js';

/** The figures as a table for a terminal, each under what it sets against what. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const table = new Table({ head: [...HEAD], style: { head: [], border: [] } });
  for (const [id, own] of byFigure(outcomes)) {
    table.push([{ content: `${id}  ${TITLES[id]}`, colSpan: HEAD.length }]);
    for (const [, ...cells] of rowsOf(own)) table.push(['', ...cells]);
  }
  return table.toString();
}

function byFigure(outcomes: readonly Outcome[]): ReadonlyMap<FigureId, readonly Outcome[]> {
  const groups = new Map<FigureId, Outcome[]>();
  for (const outcome of inOrder(outcomes))
    groups.set(outcome.id, [...(groups.get(outcome.id) ?? []), outcome]);
  return groups;
}

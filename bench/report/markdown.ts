import { markdownTable } from '../../scripts/markdown-table.js';
import type { Outcome, RunFacts } from '../figure.js';
import type { FigureId } from '../titles.js';
import { HEAD, rowsOf } from './rows.js';
import { spellNumber } from './spell.js';

/** The figures as Markdown: a chart of the first syncs, and the table. */
export function markdownOf(outcomes: readonly Outcome[], facts: RunFacts): string {
  const { cores, node, people, rounds, durationMs } = facts;
  const minutes = Math.max(1, Math.round(durationMs / 60_000));
  const facing = `${cores} cores for everything, Node ${node}, ${people} people, ${rounds} rounds, ${minutes} minutes.`;
  const table = markdownTable([HEAD, ...rowsOf(outcomes)]);
  return [facing, ...chartOf(outcomes), table].join('\n\n');
}

/** A bar a provider for B1 and one for B2; nothing where they were not measured. */
function chartOf(outcomes: readonly Outcome[]): string[] {
  const bars = [...barsOf(outcomes, 'B1', 'bare'), ...barsOf(outcomes, 'B2', 'naive')];
  if (bars.length === 0) return [];
  const top = Math.max(1, Math.ceil(Math.max(...bars.map(({ height }) => height))));
  const lines = [
    '```mermaid',
    'xychart-beta',
    '  title "First sync: our writes a second / those of the loop"',
    `  x-axis [${bars.map(({ label }) => `"${label}"`).join(', ')}]`,
    `  y-axis "ratio" 0 --> ${top}`,
    `  bar [${bars.map(({ height }) => spellNumber(height)).join(', ')}]`,
    '```',
  ];
  return [lines.join('\n')];
}

interface Bar {
  readonly label: string;
  readonly height: number;
}

function barsOf(outcomes: readonly Outcome[], id: FigureId, against: string): Bar[] {
  return outcomes
    .flatMap((outcome) => (outcome.kind === 'measured' && outcome.id === id ? outcome.values : []))
    .map(({ of, median }) => ({ label: `${of} / ${against}`, height: median }));
}

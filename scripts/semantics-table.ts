import { LIFECYCLE_VERBS, TRANSITIONS, USER_STATUSES } from '#domain';
import {
  LOWERED_STATUSES,
  mayBeChosen,
  type LoweredStatus,
  type LoweringCell,
  type LoweringTable,
} from '#identity-provider';
import { passageCapabilities, passageMapping } from '#providers/passage';
import { sendauthCapabilities } from '#providers/sendauth';
import { sunshineCapabilities, sunshineMapping } from '#providers/sunshine';
import { vaultCapabilities } from '#providers/vault';
import { markdownTable } from './markdown-table.js';

const PROVIDERS: readonly (readonly [name: string, table: LoweringTable])[] = [
  ['Vault', vaultCapabilities.lowering],
  ['Sunshine', sunshineCapabilities(sunshineMapping([])).lowering],
  ['Passage', passageCapabilities(passageMapping([])).lowering],
  ['SendAuth', sendauthCapabilities.lowering],
];

const SUPPORT: Readonly<Record<LoweringCell['support'], string>> = {
  native: 'native',
  emulated: 'emulated',
  notEnforceable: '**not enforceable**',
};

/** The moves of a user: a row a status, a column a verb that an operator may ask for. */
export function transitionsTable(): string {
  const verbs = LIFECYCLE_VERBS.filter((verb) => verb !== 'completePurge');
  const rows = USER_STATUSES.map((status) => [
    `\`${status}\``,
    ...verbs.map((verb) => spellTarget(TRANSITIONS[status][verb])),
  ]);
  return markdownTable([['from', ...verbs], ...rows]);
}

function spellTarget(target: string): string {
  switch (target) {
    case 'unchanged':
      return 'nothing to do';
    case 'refused':
      return '409';
    case 'statusBeforeDeletion':
      return 'where the user was';
    default:
      return `\`${target}\``;
  }
}

/** What every status can mean at every provider: one row a cell, the default of a status first. */
export function semanticsTable(): string {
  const rows = PROVIDERS.flatMap(([name, table]) =>
    LOWERED_STATUSES.flatMap((status) =>
      table[status].map((cell, at) => [name, `\`${status}\``, ...rowOf(status, cell, at)]),
    ),
  );
  const head = ['provider', 'status', 'account there', 'how', 'way back', 'chosen', 'what happens', 'lost'];
  return markdownTable([head, ...rows]);
}

function rowOf(status: LoweredStatus, cell: LoweringCell, at: number): string[] {
  const { state, support, reversible, note, loses } = cell;
  const way = reversible ? 'the same account' : 'none';
  return [`\`${state}\``, SUPPORT[support], way, choiceOf(status, cell, at), note, loses.join(', ')];
}

function choiceOf(status: LoweredStatus, cell: LoweringCell, at: number): string {
  if (at === 0) return 'by default';
  return mayBeChosen(status, cell) ? 'by setting' : 'refused';
}

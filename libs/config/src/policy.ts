import {
  chooseCell,
  chooseLowering,
  choicesOf,
  POLICY_STATUSES,
  TARGET_STATES,
  type Lowering,
  type LoweringPolicy,
  type LoweringTable,
  type PolicyStatus,
} from '#identity-provider';
import type { SettingProblem } from './problem.js';

const SETTING_OF_STATUS: Readonly<Record<PolicyStatus, string>> = {
  deactivated: 'ON_DEACTIVATED',
  deleted: 'ON_DELETED',
};

/** What the settings of an instance begin with: `VAULT_EU` for the slug `vault-eu`. */
export function settingPrefixOf(slug: string): string {
  return slug.toUpperCase().replaceAll('-', '_');
}

/** The setting that chooses what a status means at an instance, e.g. `PASSAGE_ON_DELETED`. */
export function policySettingOf(slug: string, status: PolicyStatus): string {
  return `${settingPrefixOf(slug)}_${SETTING_OF_STATUS[status]}`;
}

/**
 * Reads what an operator chose a status to mean.
 * @param textOf reads a setting of the instance by its name without the prefix
 * @returns `null` for the lowering when there are problems; those are named without the prefix too
 */
export function readPolicy(
  table: LoweringTable,
  textOf: (name: string) => string | null,
): { readonly lowering: Lowering | null; readonly problems: readonly SettingProblem[] } {
  const problems: SettingProblem[] = [];
  const policy: { -readonly [Status in keyof LoweringPolicy]: LoweringPolicy[Status] } = {};
  for (const status of POLICY_STATUSES) {
    const name = SETTING_OF_STATUS[status];
    const text = textOf(name);
    if (text === null) continue;
    const state = TARGET_STATES.find((one) => one === text);
    const choices = choicesOf(table, status);
    const remedy = `set one of ${choices.join(', ')}, or leave it out for ${choices[0] ?? ''}`;
    const rule = state === undefined ? 'is no state of an account' : refusalOf(table, status, state);
    if (rule !== null) problems.push({ name, rule, remedy });
    else if (state !== undefined) policy[status] = state;
  }
  return { lowering: problems.length > 0 ? null : chooseLowering(table, policy), problems };
}

function refusalOf(...choice: Parameters<typeof chooseCell>): string | null {
  const chosen = chooseCell(...choice);
  return 'refused' in chosen ? chosen.refused : null;
}

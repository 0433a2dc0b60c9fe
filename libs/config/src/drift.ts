import { DRIFT_POLICIES, ENFORCE_ALL, type DriftPolicy, type DriftRules } from '#identity-provider';
import type { SettingProblem } from './problem.js';

/** The setting of an instance, without its prefix. */
const NAME = 'DRIFT';
const REMEDY = `set one of ${DRIFT_POLICIES.join(', ')}, and after it path=policy for single attributes, separated by commas`;

/**
 * Reads what is to become of drift at an instance: `report`, or `enforce, profile.email=report, profile.locale=ignore`.
 * @param paths of the attributes that the instance manages
 * @param text of the setting; `null` when it is not set
 */
export function readDrift(
  paths: readonly string[],
  text: string | null,
): { readonly drift: DriftRules; readonly problems: readonly SettingProblem[] } {
  const problems: SettingProblem[] = [];
  const refuse = (rule: string, remedy = REMEDY): void => {
    problems.push({ name: NAME, rule, remedy });
  };
  let { otherwise } = ENFORCE_ALL;
  const byPath: Record<string, DriftPolicy> = {};
  for (const part of (text ?? '').split(',').map((each) => each.trim())) {
    if (part === '') continue;
    const [first = '', second, ...more] = part.split('=').map((each) => each.trim());
    const policy = DRIFT_POLICIES.find((one) => one === (second ?? first));
    if (policy === undefined || more.length > 0) refuse('is not understood');
    else if (second === undefined) otherwise = policy;
    else if (!paths.includes(first))
      refuse('names an attribute that is not managed there', `name one of ${paths.join(', ')}`);
    else if (Object.hasOwn(byPath, first)) refuse('names an attribute twice', 'name it once');
    else byPath[first] = policy;
  }
  return { drift: { otherwise, byPath }, problems };
}

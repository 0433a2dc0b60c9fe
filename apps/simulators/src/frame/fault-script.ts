import { faultScriptSchema, matches, type Fault, type FaultRule } from './fault.js';
import type { SimulatedRequest } from './request.js';

interface ActiveRule {
  readonly fault: Fault;
  readonly path: RegExp | undefined;
  skipped: number;
  hits: number;
}

/** The rules in force at one provider. The first rule that matches and is not used up takes the call. */
export class FaultScript {
  #rules: ActiveRule[] = [];

  /**
   * Adds rules behind those in force.
   * @throws ZodError when a rule is malformed; none is added then
   */
  add(script: unknown): void {
    const parsed = faultScriptSchema.parse(script);
    for (const fault of Array.isArray(parsed) ? parsed : [parsed]) {
      const { path } = fault.match;
      this.#rules.push({
        fault,
        path: path === undefined ? undefined : new RegExp(path),
        skipped: 0,
        hits: 0,
      });
    }
  }

  /** Uses up one hit of the rule that takes this call. */
  take(request: SimulatedRequest): Fault | undefined {
    for (const rule of this.#rules) {
      const { fault } = rule;
      if (isUsedUp(rule) || !matches(fault, request, rule.path)) continue;
      if (rule.skipped < fault.skip) {
        rule.skipped += 1;
        continue;
      }
      rule.hits += 1;
      return fault;
    }
    return undefined;
  }

  /** The rules with the number of calls that each has hit. */
  list(): (FaultRule & { hits: number })[] {
    return this.#rules.map(({ fault, hits }) => ({ ...fault, hits }));
  }

  clear(): void {
    this.#rules = [];
  }
}

function isUsedUp({ fault, hits }: ActiveRule): boolean {
  return fault.times !== 'always' && hits >= fault.times;
}

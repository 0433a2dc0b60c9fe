import { allowing, type Allowed } from './allowed.js';
import type { Judgement } from './judge.js';
import type { Undocumented, Violation } from './violation.js';
import type { Exchange } from './recording.js';

/** What the calls of one operation came to. */
export interface OperationCount {
  readonly provider: string;
  /** Its id, or the method of calls that are no operation. */
  readonly operation: string;
  requests: number;
  violations: number;
  /** How often, by status. */
  readonly statuses: Map<number, number>;
}

/** The same violation of the same operation, counted. */
export interface ViolationCount extends Violation {
  readonly provider: string;
  readonly operation: string;
  count: number;
}

/** The same undocumented answer of the same operation, counted. */
export interface UndocumentedCount extends Undocumented {
  readonly provider: string;
  readonly operation: string;
  readonly allowed: Allowed | undefined;
  count: number;
}

/** Adds up judgements. */
export class Tally {
  readonly operations = new Map<string, OperationCount>();
  readonly violations = new Map<string, ViolationCount>();
  readonly undocumented = new Map<string, UndocumentedCount>();

  /** @param allowed the undocumented answers that are expected */
  constructor(private readonly allowed: readonly Allowed[]) {}

  add({ provider, method, status }: Exchange, judgement: Judgement): void {
    const operation = judgement.operation?.operationId ?? method;
    const count = this.#countOf(provider, operation);
    count.requests += 1;
    count.violations += judgement.violations.length;
    count.statuses.set(status, (count.statuses.get(status) ?? 0) + 1);
    for (const violation of judgement.violations) this.#addViolation(provider, operation, violation);
    if (judgement.undocumented !== null) this.#addUndocumented(provider, operation, judgement.undocumented);
  }

  get requests(): number {
    return [...this.operations.values()].reduce((sum, { requests }) => sum + requests, 0);
  }

  /** All violations of one side. */
  violationsOf(side: Violation['side']): number {
    const ofSide = [...this.violations.values()].filter((violation) => violation.side === side);
    return ofSide.reduce((sum, { count }) => sum + count, 0);
  }

  /** Whether an operation was answered with success at least once. */
  isExercised(provider: string, operation: string): boolean {
    const statuses = this.operations.get(`${provider} ${operation}`)?.statuses.keys() ?? [];
    return [...statuses].some((status) => status >= 200 && status < 300);
  }

  /** Entries of the list that nothing used. */
  get unusedAllowances(): Allowed[] {
    const used = new Set([...this.undocumented.values()].map(({ allowed }) => allowed));
    return this.allowed.filter((entry) => !used.has(entry));
  }

  #countOf(provider: string, operation: string): OperationCount {
    const key = `${provider} ${operation}`;
    const count = this.operations.get(key) ?? {
      provider,
      operation,
      requests: 0,
      violations: 0,
      statuses: new Map<number, number>(),
    };
    this.operations.set(key, count);
    return count;
  }

  #addViolation(provider: string, operation: string, violation: Violation): void {
    const key = [provider, operation, violation.side, violation.where, violation.rule].join(' ');
    const group = this.violations.get(key) ?? { provider, operation, ...violation, count: 0 };
    group.count += 1;
    this.violations.set(key, group);
  }

  #addUndocumented(provider: string, operation: string, answer: Undocumented): void {
    const key = [provider, operation, answer.what, answer.status].join(' ');
    const group = this.undocumented.get(key) ?? {
      provider,
      operation,
      ...answer,
      allowed: allowing(this.allowed, provider, operation, answer),
      count: 0,
    };
    group.count += 1;
    this.undocumented.set(key, group);
  }
}

import type { OwedEffect } from '#domain';
import type {
  AccountTarget,
  Capabilities,
  DesiredAccount,
  LoweredStatus,
  ProviderStep,
} from '../src/index.js';

/** Somebody in a story, as the core would remember them: what their account is to be by what was done so far. */
export interface Person {
  readonly target: AccountTarget;
  readonly desired: DesiredAccount;
  readonly status: LoweredStatus;
  readonly owed: readonly OwedEffect[];
  readonly tags: Readonly<Record<string, string>> | null;
}

/**
 * Everybody in a story, by their key. It is kept from the steps themselves, so that no story can forget to say in what
 * state it leaves an account. Strangers, and steps on accounts that nobody holds, are not in it.
 */
export class Roster {
  private readonly persons = new Map<string, Person>();
  private readonly wanted = new Map<string, DesiredAccount>();

  constructor(private readonly capabilities: Capabilities) {}

  get people(): readonly Person[] {
    return [...this.persons.values()];
  }

  /** Says what somebody's account is to hold from now on. */
  want(remoteKey: string, desired: DesiredAccount): void {
    this.wanted.set(remoteKey, desired);
    const person = this.persons.get(remoteKey);
    if (person !== undefined) this.persons.set(remoteKey, { ...person, desired });
  }

  /** Remembers a step that was acknowledged, or that may have been taken. */
  remember(step: ProviderStep, target: AccountTarget): void {
    const person = step.kind === 'provision' ? this.newcomer(target) : this.persons.get(target.remoteKey);
    if (person === undefined) return;
    this.persons.set(target.remoteKey, { ...person, ...this.after(step, person) });
  }

  private newcomer(target: AccountTarget): Person {
    const desired = this.wanted.get(target.remoteKey);
    if (desired === undefined) throw new Error('accounts are created for people, through Stage.provision');
    return { target, desired, status: 'active', owed: [], tags: null };
  }

  private after(step: ProviderStep, person: Person): Partial<Person> {
    switch (step.kind) {
      case 'provision':
      case 'update':
        return {};
      case 'suspend':
        return { status: this.statusOf(step.marker), owed: this.owing(person) };
      case 'softDelete':
        return { status: 'deleted', owed: this.owing(person) };
      case 'reactivate':
      case 'restore':
        return { status: 'active' };
      case 'purge':
        return { status: 'purged' };
      case 'discharge': {
        const owed = person.owed.filter((effect) => effect !== step.effect);
        return step.effect === 'setTags' ? { owed, tags: step.tags } : { owed };
      }
    }
  }

  private statusOf(marker: string | null): LoweredStatus {
    const { lowering } = this.capabilities;
    const [deactivated, deleted] = [lowering.deactivated[0], lowering.deleted[0]];
    const isDeletion = marker !== null && marker === deleted.marker && marker !== deactivated.marker;
    return isDeletion ? 'deleted' : 'deactivated';
  }

  private owing({ owed }: Person): OwedEffect[] {
    return [...new Set([...owed, ...this.capabilities.owedOnSuspend])];
  }
}

import { describe, expect, it } from '@jest/globals';
import {
  LIFECYCLE_VERBS,
  transition,
  TRANSITIONS,
  USER_STATUSES,
  type LifecycleState,
  type LifecycleVerb,
  type UserStatus,
} from './status.js';

/** The whole lifecycle, written down a second time and by hand: `-` changes nothing, `x` is refused. */
const TOLD: Readonly<Record<UserStatus, readonly string[]>> = {
  //            deactivate     reactivate  delete     restore   purge      completePurge
  active: /*  */ ['deactivated', '-', 'deleted', '-', 'x', 'x'],
  deactivated: /**/ ['-', 'active', 'deleted', '-', 'x', 'x'],
  deleted: /* */ ['x', 'x', '-', 'back', 'purging', 'x'],
  purging: /* */ ['x', 'x', 'x', 'x', '-', 'purged'],
  purged: /*  */ ['x', 'x', 'x', 'x', '-', '-'],
};

/** Every state that a user can be in: `deleted` and later remember where the user came from. */
const STATES: readonly LifecycleState[] = USER_STATUSES.flatMap((status): LifecycleState[] =>
  status === 'active' || status === 'deactivated'
    ? [{ status, statusBeforeDeletion: null }]
    : (['active', 'deactivated'] as const).map((statusBeforeDeletion) => ({ status, statusBeforeDeletion })),
);

const CASES = STATES.flatMap((state) =>
  LIFECYCLE_VERBS.map((verb, at) => [state, verb, TOLD[state.status][at] ?? '?'] as const),
);

describe('the lifecycle', () => {
  it('says of every status and every verb where it leads', () => {
    expect(Object.keys(TRANSITIONS)).toEqual([...USER_STATUSES]);
    for (const verbs of Object.values(TRANSITIONS)) expect(Object.keys(verbs)).toEqual([...LIFECYCLE_VERBS]);
    expect(CASES).toHaveLength((2 + 3 * 2) * 6);
  });

  it.each(CASES)('%j, %s: %s', (state, verb, told) => {
    expect(transition(state, verb)).toEqual(outcomeOf(state, verb, told));
  });

  it('has no way out of purging but its end', () => {
    for (const status of ['purging', 'purged'] as const) {
      const ways = LIFECYCLE_VERBS.map((verb) =>
        transition({ status, statusBeforeDeletion: 'active' }, verb),
      );
      const ends = ways.flatMap((way) => (way.outcome === 'moved' ? [way.to.status] : []));
      expect(ends).toEqual(status === 'purging' ? ['purged'] : []);
    }
  });

  it('repeats every move of an operator as done, so that a lost answer can be asked for again', () => {
    for (const [state, verb] of CASES) {
      const moved = transition(state, verb);
      if (moved.outcome === 'moved') expect(transition(moved.to, verb)).toEqual({ outcome: 'unchanged' });
    }
  });
});

function outcomeOf(state: LifecycleState, verb: LifecycleVerb, told: string): unknown {
  if (told === 'x') return { outcome: 'refused', from: state.status, verb };
  if (told === '-') return { outcome: 'unchanged' };
  if (told === 'back') {
    return { outcome: 'moved', to: { status: state.statusBeforeDeletion, statusBeforeDeletion: null } };
  }
  const cameFrom = state.statusBeforeDeletion ?? state.status;
  const remembers = told === 'deleted' || told === 'purging' || told === 'purged';
  return { outcome: 'moved', to: { status: told, statusBeforeDeletion: remembers ? cameFrom : null } };
}

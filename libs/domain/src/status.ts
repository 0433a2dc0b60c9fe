/** Where a canonical user stands. `purging` is one-way; `purged` is the end. */
export const USER_STATUSES = ['active', 'deactivated', 'deleted', 'purging', 'purged'] as const;
export type UserStatus = (typeof USER_STATUSES)[number];

/** What `deleted` remembers, so that a restore goes back to where the user came from. */
export type StatusBeforeDeletion = 'active' | 'deactivated';

/** What an operator may ask of a user's lifecycle; `completePurge` is asked by the engine alone. */
export const LIFECYCLE_VERBS = [
  'deactivate',
  'reactivate',
  'delete',
  'restore',
  'purge',
  'completePurge',
] as const;
export type LifecycleVerb = (typeof LIFECYCLE_VERBS)[number];

/** Where a verb leads from a status. */
export type TransitionTarget = UserStatus | 'statusBeforeDeletion' | 'unchanged' | 'refused';

/**
 * Every status against every verb. `unchanged` answers as if it had worked: the user is already where the verb leads, so
 * that a request whose answer was lost can be repeated. A restore leads out of deletion, and nowhere for whoever is not
 * deleted. `refused` is a conflict that names the state.
 */
export const TRANSITIONS: Readonly<Record<UserStatus, Readonly<Record<LifecycleVerb, TransitionTarget>>>> = {
  active: {
    deactivate: 'deactivated',
    reactivate: 'unchanged',
    delete: 'deleted',
    restore: 'unchanged',
    purge: 'refused',
    completePurge: 'refused',
  },
  deactivated: {
    deactivate: 'unchanged',
    reactivate: 'active',
    delete: 'deleted',
    restore: 'unchanged',
    purge: 'refused',
    completePurge: 'refused',
  },
  deleted: {
    deactivate: 'refused',
    reactivate: 'refused',
    delete: 'unchanged',
    restore: 'statusBeforeDeletion',
    purge: 'purging',
    completePurge: 'refused',
  },
  purging: {
    deactivate: 'refused',
    reactivate: 'refused',
    delete: 'refused',
    restore: 'refused',
    purge: 'unchanged',
    completePurge: 'purged',
  },
  purged: {
    deactivate: 'refused',
    reactivate: 'refused',
    delete: 'refused',
    restore: 'refused',
    purge: 'unchanged',
    completePurge: 'unchanged',
  },
};

export interface LifecycleState {
  readonly status: UserStatus;
  /** Set exactly while the user is deleted or later. */
  readonly statusBeforeDeletion: StatusBeforeDeletion | null;
}

export type Transition =
  | { readonly outcome: 'moved'; readonly to: LifecycleState }
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'refused'; readonly from: UserStatus; readonly verb: LifecycleVerb };

/** Decides one lifecycle move. Pure; the caller holds the user row's lock. */
export function transition(state: LifecycleState, verb: LifecycleVerb): Transition {
  const target = TRANSITIONS[state.status][verb];
  if (target === 'refused') return { outcome: 'refused', from: state.status, verb };
  if (target === 'unchanged') return { outcome: 'unchanged' };
  if (target === 'statusBeforeDeletion') {
    return {
      outcome: 'moved',
      to: { status: state.statusBeforeDeletion ?? 'deactivated', statusBeforeDeletion: null },
    };
  }
  const cameFrom = state.status === 'active' || state.status === 'deactivated' ? state.status : null;
  return {
    outcome: 'moved',
    to: {
      status: target,
      statusBeforeDeletion: target === 'deleted' ? cameFrom : state.statusBeforeDeletion,
    },
  };
}

import type { LifecycleVerb, UserStatus } from '#domain';

/** There is no user of this id. */
export class UserNotFound extends Error {
  override readonly name = 'UserNotFound';

  constructor() {
    super('there is no user of this id');
  }
}

/** Another user that is not purged has this key. */
export class ExternalKeyTaken extends Error {
  override readonly name = 'ExternalKeyTaken';

  constructor() {
    super('another user has this externalKey; keys are unique among users that are not purged');
  }
}

/** The user is not as the caller last saw it. */
export class RevisionMismatch extends Error {
  override readonly name = 'RevisionMismatch';

  constructor() {
    super('the user has changed since it was read; read it again and decide anew');
  }
}

/** The lifecycle has no such move from where the user stands. */
export class TransitionRefused extends Error {
  override readonly name = 'TransitionRefused';

  constructor(
    readonly from: UserStatus,
    readonly verb: LifecycleVerb,
  ) {
    super(`a user who is ${from} cannot ${SPELLING[verb]}${wayBack(from, verb)}`);
  }
}

const SPELLING: Readonly<Record<LifecycleVerb, string>> = {
  deactivate: 'be deactivated',
  reactivate: 'be reactivated',
  delete: 'be deleted',
  restore: 'be restored',
  purge: 'be purged; delete the user first',
  completePurge: 'have a purge completed',
};

/** What to do first, where there is something. */
function wayBack(from: UserStatus, verb: LifecycleVerb): string {
  if (from === 'purging' || from === 'purged') return '; a purge is never taken back';
  return from === 'deleted' && (verb === 'deactivate' || verb === 'reactivate')
    ? '; restore the user first'
    : '';
}

/** A user on the way out keeps the attributes it has. */
export class UserClosed extends Error {
  override readonly name = 'UserClosed';

  constructor(readonly status: UserStatus) {
    super(
      `a user who is ${status} cannot be edited${status === 'deleted' ? '; restore the user first' : ''}`,
    );
  }
}

/** The whole edit would leave more behind than a user may hold. */
export class TooManyEntries extends Error {
  override readonly name = 'TooManyEntries';

  constructor(readonly field: 'attributes' | 'tags') {
    super(`${field} must have at most 50 entries after the change; delete some with null`);
  }
}

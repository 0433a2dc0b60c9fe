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

/** What was asked for wants the user to stand elsewhere. */
export class StatusRefused extends Error {
  override readonly name = 'StatusRefused';

  constructor(
    readonly status: UserStatus,
    needs: string,
  ) {
    super(`this needs a user who is ${needs}, and this one is ${status}`);
  }
}

/** Nothing of the user may be destroyed for now. */
export class LegalHoldStands extends Error {
  override readonly name = 'LegalHoldStands';

  constructor() {
    super(
      'a legal hold stands on this user, and nothing of theirs may be destroyed; lift it first, with DELETE /v1/users/{id}/legal-hold',
    );
  }
}

/** What a legal hold is to keep from happening may be happening at this moment. */
export class ErasureInFlight extends Error {
  override readonly name = 'ErasureInFlight';

  constructor(readonly provider: string) {
    super(
      `the profile of this user may be being erased at ${provider} at this moment; ask again when that is over`,
    );
  }
}

/** Something that cannot be undone was asked for without naming the person twice. */
export class ConfirmationRefused extends Error {
  override readonly name = 'ConfirmationRefused';

  constructor(readonly given: boolean) {
    super('must be the externalKey of this very user, because this cannot be undone');
  }
}

/** The link of the user holds no account that anything could be done to. */
export class NoAccount extends Error {
  override readonly name = 'NoAccount';

  constructor(
    readonly provider: string,
    readonly situation: string,
  ) {
    super(`no account of this user is known at ${provider}; the link is ${situation}`);
  }
}

/** The user has no link to the provider of this name. */
export class NotMirrored extends Error {
  override readonly name = 'NotMirrored';

  constructor(readonly provider: string) {
    super(`this user has no link to ${provider}; GET /v1/providers lists the providers there are`);
  }
}

/** Why there is nothing to erase: nothing was ever found out, nothing is there, or it is just being found out. */
export type NothingThere = 'no_account' | 'absent' | 'due';

/** A profile was to be erased where no account is known. */
export class NothingToErase extends Error {
  override readonly name = 'NothingToErase';

  constructor(
    provider: string,
    readonly why: NothingThere,
  ) {
    super(
      why === 'due'
        ? `it is not known yet whether ${provider} has an account of this user; ask again when the link is settled`
        : `${provider} has no account of this user, so there is nothing to erase`,
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

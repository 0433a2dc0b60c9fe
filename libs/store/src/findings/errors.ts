import type { FindingKind, FindingState } from '#domain';

/** There is no finding of this id. */
export class FindingNotFound extends Error {
  override readonly name = 'FindingNotFound';

  constructor() {
    super('there is no finding of this id');
  }
}

/** A finding is not, or is no longer, where it could be decided so. */
export class FindingStateRefused extends Error {
  override readonly name = 'FindingStateRefused';

  constructor(
    readonly state: FindingState,
    needs: FindingState,
  ) {
    super(`this needs a finding that is ${needs}, and this one is ${state}`);
  }
}

/** What was asked for is no answer to what was found. */
export class FindingKindRefused extends Error {
  override readonly name = 'FindingKindRefused';

  constructor(
    readonly kind: FindingKind,
    fitting: readonly FindingKind[],
  ) {
    super(`this is for findings of the kind ${fitting.join(' or ')}, and this one is ${kind}`);
  }
}

const UNTRUE = {
  linked: 'a link of the roster holds this account, or waits for it to be merged into its own',
  being_made: 'somebody’s account with a key of this one is just being made; ask again later',
  claimed:
    'a user of the roster holds a unique key of this account by now; sweep again, and link it to that one',
  not_a_duplicate:
    'it takes one user alone who holds a key of this account, and has another one with it that is there and in step',
  our_login: 'it is the account that Rollcall itself logs in with',
  other_account: 'the finding is about another account, or about one that was forgotten since',
} as const;

/** Why a finding is no longer, or was never, what it says. */
export type FindingOutdated = keyof typeof UNTRUE;

/** What was found is not so any more; nothing was changed. */
export class FindingUntrue extends Error {
  override readonly name = 'FindingUntrue';

  constructor(readonly why: FindingOutdated) {
    super(`${UNTRUE[why]}; nothing was changed`);
  }
}

/** The account carries a key of ours that is not that of the user; it could never be theirs. */
export class KeyDiffers extends Error {
  override readonly name = 'KeyDiffers';

  constructor() {
    super('the account stands under another externalKey there, and keeps it; only its user can have it');
  }
}

const OCCUPIED = {
  has_account: 'has another account there; remove that one first, or ignore the finding',
  under_way: 'is being worked on at this moment; ask again',
} as const;

/** The link of the user can take no account now. */
export class LinkOccupied extends Error {
  override readonly name = 'LinkOccupied';

  constructor(readonly why: keyof typeof OCCUPIED) {
    super(`this user ${OCCUPIED[why]}`);
  }
}

/** Something that cannot be undone was asked for without naming the account. */
export class AccountNotConfirmed extends Error {
  override readonly name = 'AccountNotConfirmed';

  constructor(readonly given: boolean) {
    super('must be the accountId of this very finding, because this cannot be undone');
  }
}

/** The person was erased; nothing of them is left to work with, and nothing may bring them back. */
export class Erased extends Error {
  override readonly name = 'Erased';

  constructor(readonly known: 'id' | 'externalKey') {
    super(
      known === 'id'
        ? 'this person was erased; nothing is left here, and nothing can be brought back'
        : 'this externalKey belongs to a person who was erased, and stays taken; enter a new person under another key',
    );
  }
}

/** The email is that of an erased person. It may be another person's by now, which only somebody who knows can say. */
export class ErasedIdentifier extends Error {
  override readonly name = 'ErasedIdentifier';

  constructor() {
    super(
      'this email is that of an erased person; if it is another person’s now, repeat the request with acknowledgeErased=true',
    );
  }
}

/** Nobody asked for an erasure of this user. */
export class ErasureNotFound extends Error {
  override readonly name = 'ErasureNotFound';

  constructor() {
    super('no erasure of this user was asked for');
  }
}

/** Why a proof cannot be given up. */
export type WaiverObstacle = 'no_erasure' | 'no_link' | 'confirmed' | 'provider_answers';

const OBSTACLES: Readonly<Record<WaiverObstacle, string>> = {
  no_erasure:
    'proofs are given up of an erasure that is open, and none is; a purge waits until its provider answers',
  no_link: 'the user has no link there, so there is nothing to prove',
  confirmed: 'the end of the account is proven there already',
  provider_answers:
    'the provider is at work on it; ask again when it is switched off or halted, when the link is parked, or in a day',
};

/** The proof that an account is gone is still to be had, or not needed. */
export class WaiverRefused extends Error {
  override readonly name = 'WaiverRefused';

  constructor(readonly obstacle: WaiverObstacle) {
    super(OBSTACLES[obstacle]);
  }
}

import {
  ProviderError,
  type Account,
  type AccountPage,
  type AccountTarget,
  type Applied,
  type CallContext,
  type Desired,
  type DesiredAccount,
  type IdentityProvider,
  type LookupKey,
  type Mapping,
  type NativeAttributes,
  type Observation,
  type ProviderStep,
} from '#identity-provider';
import type { SendauthApi } from './api.js';
import { sendauthCapabilities } from './capabilities.js';
import { spellEmail, toAccount, toCreateBody, toDesired, toUpdate } from './convert.js';
import { deletedPages, livePages, walk, type ReadPage } from './listing.js';
import type { IsOwnAccount } from './own-account.js';
import type { SendauthUser } from './user.js';
import { assertIs, ensureThere, locate, locateByEmail, type Whereabouts } from './whereabouts.js';

/**
 * SendAuth users.
 *
 * The id is theirs, and a user is found again by email alone, among the live and the soft-deleted. A 404 of theirs says
 * little by itself, so whatever rests on one asks the lists first.
 * @see PROVIDERS.md section 4
 */
export class SendauthProvider implements IdentityProvider {
  readonly kind = 'sendauth';
  readonly capabilities = sendauthCapabilities;

  constructor(
    private readonly api: SendauthApi,
    private readonly mapping: Mapping,
    private readonly isOwnAccount: IsOwnAccount,
  ) {}

  normalize(desired: Desired): DesiredAccount {
    return toDesired(desired, this.mapping);
  }

  async get(target: AccountTarget, context: CallContext): Promise<Observation> {
    const found = await locate(this.api, idOf(target), context);
    if (found.state === 'absent') return { state: 'absent' };
    return { state: found.state, account: this.shown(found.user, found.state) };
  }

  /** @throws ProviderError `unsupported` for keys other than emails: nothing else is unique. @see PROVIDERS.md 4.6 */
  async correlate(keys: readonly LookupKey[], context: CallContext): Promise<Account[]> {
    const found = new Map<string, Account>();
    for (const { kind, value } of keys) {
      if (kind !== 'email') throw new ProviderError('unsupported', { reason: `no_lookup_by_${kind}` });
      for (const { user, state } of await locateByEmail(this.api, value, context)) {
        found.set(user.id, this.shown(user, state));
      }
    }
    return [...found.values()];
  }

  async apply(step: ProviderStep, target: AccountTarget, context: CallContext): Promise<Applied> {
    switch (step.kind) {
      case 'provision':
        return this.provision(step.attributes, context);
      case 'update':
        return this.update(step.attributes, idOf(target), context);
      case 'softDelete':
        return this.softDelete(idOf(target), context);
      case 'restore':
        return this.restore(idOf(target), context);
      case 'purge':
        return this.purge(idOf(target), context);
      case 'discharge': {
        if (step.effect === 'setTags') return this.setTags(step.tags, idOf(target), context);
        throw new ProviderError('unsupported', { reason: `no_${step.effect}` });
      }
      case 'suspend':
      case 'reactivate':
        throw new ProviderError('unsupported', { reason: `no_${step.kind}` });
    }
  }

  /** Without our own account, which the total may count. */
  list(context: CallContext): AsyncIterable<AccountPage> {
    return this.pages(livePages(this.api, context), 'live');
  }

  listDeleted(context: CallContext): AsyncIterable<AccountPage> {
    return this.pages(deletedPages(this.api, context), 'softDeleted');
  }

  private async provision(attributes: NativeAttributes, context: CallContext): Promise<Applied> {
    const { status, user } = await this.api.createUser(toCreateBody(attributes), context);
    const echo = toAccount(user, this.mapping, 'live');
    return { accountId: user.id, echo, confirmed: true, status };
  }

  /** Read, merged, written: what somebody else changes there between read and write may be set back. */
  private async update(attributes: NativeAttributes, userId: string, context: CallContext): Promise<Applied> {
    return this.unlessGone(context, async () => {
      const { user: before } = await this.api.getUser(userId, context);
      assertIs(before, userId);
      if (this.isOwnAccount(before)) throw new ProviderError('unsupported', { reason: 'own_account' });
      const { email = null } = attributes;
      const changesEmail = email !== null && email !== spellEmail(before.email ?? '');
      const update = { ...toUpdate(attributes, before), changesEmail };
      const { status, user } = await this.api.updateUser(userId, update, context);
      assertIs(user, userId);
      const echo = toAccount(user, this.mapping, 'live');
      return { accountId: user.id, echo, confirmed: true, status };
    });
  }

  private softDelete(userId: string, context: CallContext): Promise<Applied> {
    const call = (): Promise<number> => this.api.deleteUser(userId, context);
    return this.reach('softDeleted', call, { userId, context });
  }

  private restore(userId: string, context: CallContext): Promise<Applied> {
    const call = (): Promise<number> => this.api.restoreUser(userId, context);
    return this.reach('live', call, { userId, context });
  }

  /** Two calls: only a soft-deleted user can be destroyed. The first finds nobody when that is done already. */
  private async purge(userId: string, context: CallContext): Promise<Applied> {
    await ignoringNotFound(this.api.deleteUser(userId, context));
    const call = (): Promise<number> => this.api.destroyUser(userId, context);
    return this.reach('absent', call, { userId, context });
  }

  private setTags(
    tags: Readonly<Record<string, string>>,
    userId: string,
    context: CallContext,
  ): Promise<Applied> {
    return this.unlessGone(context, async () => {
      const status = await this.api.setTags(userId, tags, context);
      return { accountId: userId, confirmed: true, status };
    });
  }

  /**
   * Makes a call that brings a user into a state. When it finds nobody, the user may be in that state already, which
   * is as good; anything else is told as what it is.
   */
  private async reach(
    state: Whereabouts['state'],
    call: () => Promise<number>,
    { userId, context }: { readonly userId: string; readonly context: CallContext },
  ): Promise<Applied> {
    const status = await ignoringNotFound(call());
    if (status !== null) return { accountId: userId, confirmed: true, status };
    const found = await locate(this.api, userId, context);
    if (found.state === state) return { accountId: userId, confirmed: true, status: 404 };
    if (found.state === 'absent')
      throw new ProviderError('notFound', { reason: 'user_not_found', status: 404 });
    throw new ProviderError('conflict', { reason: `is_${found.state}`, status: 404 });
  }

  /** Lets `notFound` through only when SendAuth is there to say so. */
  private async unlessGone<Result>(context: CallContext, act: () => Promise<Result>): Promise<Result> {
    try {
      return await act();
    } catch (error) {
      if (isNotFound(error)) await ensureThere(this.api, context);
      throw error;
    }
  }

  /** Marks our own account, so that it is taken over by nobody. */
  private shown(user: SendauthUser, state: 'live' | 'softDeleted'): Account {
    const own = this.isOwnAccount(user) ? { isOurLogin: true as const } : {};
    return { ...toAccount(user, this.mapping, state), ...own };
  }

  private async *pages(readPage: ReadPage, state: 'live' | 'softDeleted'): AsyncGenerator<AccountPage> {
    for await (const { users, complete, total } of walk(readPage)) {
      const others = users.filter((user) => !this.isOwnAccount(user));
      yield { accounts: others.map((user) => toAccount(user, this.mapping, state)), complete, total };
    }
  }
}

/** @throws ProviderError `unsupported` without an id: no call can address a user by anything else */
function idOf({ accountId }: AccountTarget): string {
  if (accountId === null) throw new ProviderError('unsupported', { reason: 'no_account_id' });
  return accountId;
}

async function ignoringNotFound(call: Promise<number>): Promise<number | null> {
  try {
    return await call;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

function isNotFound(error: unknown): error is ProviderError {
  return error instanceof ProviderError && error.kind === 'notFound';
}

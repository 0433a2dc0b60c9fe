import {
  ProviderError,
  type Account,
  type AccountPage,
  type AccountTarget,
  type Applied,
  type CallContext,
  type Capabilities,
  type Desired,
  type DesiredAccount,
  type IdentityProvider,
  type LookupKey,
  type Mapping,
  type NativeAttributes,
  type Observation,
  type ProviderStep,
} from '#identity-provider';
import type { PassageApi } from './api.js';
import { passageCapabilities } from './capabilities.js';
import { spellKey, toAccount, toCreateBody, toDesired, toNative, touchesMetadata } from './convert.js';
import { listUsers } from './listing.js';
import type { HeldUser, UserAnswer } from './user.js';

type UpdateStep = Extract<ProviderStep, { kind: 'update' }>;

/**
 * Passage users, one app.
 *
 * The id is theirs and nothing of ours can be searched, so an account is found by id, or by email and phone.
 * @see PROVIDERS.md section 3
 */
export class PassageProvider implements IdentityProvider {
  readonly kind = 'passage';
  readonly capabilities: Capabilities;

  constructor(
    private readonly api: PassageApi<HeldUser>,
    private readonly mapping: Mapping,
  ) {
    this.capabilities = passageCapabilities(mapping);
  }

  normalize(desired: Desired): DesiredAccount {
    return toDesired(desired, this.mapping, this.capabilities.attributes);
  }

  async get(target: AccountTarget, context: CallContext): Promise<Observation> {
    try {
      const account = toAccount(await this.read(idOf(target), context), this.mapping);
      return { state: account.state, account };
    } catch (error) {
      if (isNotFound(error)) return { state: 'absent' };
      throw error;
    }
  }

  /** @throws ProviderError `unsupported` for our own key, which no filter covers. @see PROVIDERS.md 3.6 */
  async correlate(keys: readonly LookupKey[], context: CallContext): Promise<Account[]> {
    const found = new Map<string, Account>();
    for (const key of keys) {
      for (const account of await this.search(key, context)) found.set(account.accountId, account);
    }
    return [...found.values()];
  }

  async apply(step: ProviderStep, target: AccountTarget, context: CallContext): Promise<Applied> {
    switch (step.kind) {
      case 'provision':
        return this.provision(step.attributes, context);
      case 'update':
        return this.update(step, idOf(target), context);
      case 'suspend':
        return this.acknowledge(await this.api.deactivateUser(idOf(target), context), idOf(target));
      case 'reactivate':
        return this.acknowledge(await this.api.activateUser(idOf(target), context), idOf(target));
      case 'purge':
        return this.purge(idOf(target), context);
      case 'discharge':
        return this.discharge(step.effect, idOf(target), context);
      case 'softDelete':
      case 'restore':
        throw new ProviderError('unsupported', { reason: `no_${step.kind}` });
    }
  }

  async *list(context: CallContext): AsyncGenerator<AccountPage> {
    for await (const { users, complete, total } of listUsers(this.api, context)) {
      yield { accounts: users.map((user) => toAccount(user, this.mapping)), complete, total };
    }
  }

  private async provision(attributes: NativeAttributes, context: CallContext): Promise<Applied> {
    const answer = await this.api.createUser(toCreateBody(attributes), context);
    return this.acknowledge(answer, answer.user.id);
  }

  private async update(step: UpdateStep, accountId: string, context: CallContext): Promise<Applied> {
    const changed = step.changed.length === 0 ? Object.keys(step.attributes) : step.changed;
    const before = touchesMetadata(changed) ? await this.read(accountId, context) : null;
    const body = toNative(step.attributes, changed, before);
    return this.acknowledge(await this.api.updateUser(accountId, body, context), accountId);
  }

  private async purge(accountId: string, context: CallContext): Promise<Applied> {
    try {
      return { confirmed: true, status: await this.api.deleteUser(accountId, context) };
    } catch (error) {
      if (isNotFound(error)) return { confirmed: true, status: 404 };
      throw error;
    }
  }

  private async discharge(effect: string, accountId: string, context: CallContext): Promise<Applied> {
    if (effect !== 'revokeTokens') throw new ProviderError('unsupported', { reason: `no_${effect}` });
    return { confirmed: true, status: await this.api.revokeTokens(accountId, context) };
  }

  private async search({ kind, value }: LookupKey, context: CallContext): Promise<Account[]> {
    if (kind === 'remoteKey') throw new ProviderError('unsupported', { reason: 'no_lookup_by_remoteKey' });
    const wanted = spellKey({ kind, value });
    // A value in angle brackets would be read as an operator of the filter, and match others.
    if (wanted.startsWith('<'))
      throw new ProviderError('invalid', { reason: 'not_searchable', attribute: kind });
    const found: Account[] = [];
    for await (const { users } of listUsers(this.api, context, { identifier: { op: 'eq', value: wanted } })) {
      found.push(...users.map((user) => toAccount(user, this.mapping)));
    }
    return found.filter((account) =>
      account.lookupKeys.some((key) => key.kind === kind && key.value === wanted),
    );
  }

  private async read(accountId: string, context: CallContext): Promise<HeldUser> {
    const { user } = await this.api.getUser(accountId, context);
    assertIs(user, accountId);
    return user;
  }

  private acknowledge({ status, user }: UserAnswer<HeldUser>, accountId: string): Applied {
    assertIs(user, accountId);
    return { accountId, echo: toAccount(user, this.mapping), confirmed: true, status };
  }
}

/** What is acknowledged becomes the account that a link stands for: another id would be somebody else's, for good. */
function assertIs({ id }: HeldUser, accountId: string): void {
  if (id !== accountId) throw new ProviderError('protocol', { reason: 'answered_another_user' });
}

/** @throws ProviderError `unsupported` without an id: no call can address an account by anything else */
function idOf({ accountId }: AccountTarget): string {
  if (accountId === null) throw new ProviderError('unsupported', { reason: 'no_account_id' });
  return accountId;
}

function isNotFound(error: unknown): error is ProviderError {
  return error instanceof ProviderError && error.kind === 'notFound';
}

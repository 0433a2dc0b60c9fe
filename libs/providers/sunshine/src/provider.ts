import type { OwedEffect } from '#domain';
import {
  ANSWERED_ANOTHER_USER,
  ProviderError,
  type Account,
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
import type { SunshineApi, UserReference } from './api.js';
import { sunshineCapabilities } from './capabilities.js';
import { placesOf, toAccount, toDesired, toNative, type Beside, type Place } from './convert.js';
import type { HeldUser, UserAnswer } from './user.js';
import { looksLikeAccountId } from './violations.js';

/**
 * Sunshine Conversations users, one app.
 *
 * Our key addresses every user, so a create is safe to repeat: the second one is refused as `conflict`. An update reads
 * before it writes, since only a body that carries what we do not manage is safe whether a PATCH merges or replaces.
 * What somebody else changes there between that read and the write may be set back.
 * @see PROVIDERS.md section 2
 */
export class SunshineProvider implements IdentityProvider {
  readonly kind = 'sunshine';
  readonly capabilities: Capabilities;
  private readonly places: readonly Place[];

  constructor(
    private readonly api: SunshineApi<HeldUser>,
    private readonly mapping: Mapping,
  ) {
    this.capabilities = sunshineCapabilities(mapping);
    this.places = placesOf(mapping);
  }

  normalize(desired: Desired): DesiredAccount {
    return toDesired(desired, this.mapping, this.capabilities.attributes);
  }

  async get(target: AccountTarget, context: CallContext): Promise<Observation> {
    try {
      const account = await this.read(target, context);
      return { state: account.state, account };
    } catch (error) {
      if (isNotFound(error)) return { state: 'absent' };
      throw error;
    }
  }

  /** @throws ProviderError `unsupported` for keys other than ours: profiles cannot be searched. @see PROVIDERS.md 2.5 */
  async correlate(keys: readonly LookupKey[], context: CallContext): Promise<Account[]> {
    const found = new Map<string, Account>();
    for (const { kind, value } of keys) {
      if (kind !== 'remoteKey') throw new ProviderError('unsupported', { reason: `no_lookup_by_${kind}` });
      const observed = await this.get({ accountId: null, remoteKey: value }, context);
      if ('account' in observed) found.set(observed.account.accountId, observed.account);
    }
    return [...found.values()];
  }

  async apply(step: ProviderStep, target: AccountTarget, context: CallContext): Promise<Applied> {
    switch (step.kind) {
      case 'provision':
        return this.provision(step.attributes, target, context);
      case 'update':
        return this.write({ attributes: step.attributes }, target, context);
      case 'suspend':
        return this.write({ attributes: step.attributes, marker: step.marker }, target, context);
      case 'reactivate':
        return this.write({ attributes: step.attributes, marker: null }, target, context);
      case 'purge':
        return this.purge(target, context);
      case 'discharge':
        return this.discharge(step.effect, target, context);
      case 'softDelete':
      case 'restore':
        throw new ProviderError('unsupported', { reason: `no_${step.kind}` });
    }
  }

  private async provision(
    attributes: NativeAttributes,
    { remoteKey }: AccountTarget,
    context: CallContext,
  ): Promise<Applied> {
    const body = { externalId: remoteKey, ...toNative(attributes, { user: null, marker: null }) };
    return this.acknowledge(await this.api.createUser(body, context));
  }

  private async write(
    { attributes, ...marking }: { attributes: NativeAttributes } & Pick<Beside, 'marker'>,
    target: AccountTarget,
    context: CallContext,
  ): Promise<Applied> {
    const { user } = await this.api.getUser(referenceOf(target), context);
    assertIsTarget(user, target);
    const body = toNative(attributes, { user, ...marking });
    const answer = await this.api.rewriteUser({ idOrExternalId: user.id }, body, context);
    assertIsTarget(answer.user, { ...target, accountId: user.id });
    return this.acknowledge(answer);
  }

  /**
   * A user that is gone is acknowledged as proven; a deletion that begins is not. One path serves both kinds of id, and
   * that of a user who was merged away may answer for the survivor, so that the user is read before.
   * @see PROVIDERS.md 2.5 and 2.6
   */
  private async purge(target: AccountTarget, context: CallContext): Promise<Applied> {
    try {
      const { user } = await this.api.getUser(referenceOf(target), context);
      assertIsTarget(user, target);
      const status = await this.api.deleteUser({ idOrExternalId: user.id }, context);
      return { confirmed: false, status };
    } catch (error) {
      if (isNotFound(error)) return { confirmed: true, status: 404 };
      throw error;
    }
  }

  /**
   * Removes what is personal, our marker included. It cannot be undone and one path serves both kinds of id, so that
   * the user is read before: what is erased must be who was asked for. @see PROVIDERS.md 2.7
   */
  private async discharge(effect: OwedEffect, target: AccountTarget, context: CallContext): Promise<Applied> {
    if (effect !== 'eraseProfile') throw new ProviderError('unsupported', { reason: `no_${effect}` });
    const { user } = await this.api.getUser(referenceOf(target), context);
    assertIsTarget(user, target);
    const answer = await this.api.deletePersonalInformation({ idOrExternalId: user.id }, context);
    assertIsTarget(answer.user, target);
    return { accountId: user.id, confirmed: true, status: answer.status };
  }

  private async read(target: AccountTarget, context: CallContext): Promise<Account> {
    const { user } = await this.api.getUser(referenceOf(target), context);
    assertIsTarget(user, target);
    return toAccount(user, this.places);
  }

  private acknowledge({ status, user }: UserAnswer<HeldUser>): Applied {
    return { accountId: user.id, echo: toAccount(user, this.places), confirmed: true, status };
  }
}

/** One path serves both kinds of id, and users can be merged: what is answered must be who was asked for. */
function assertIsTarget(user: HeldUser, { accountId, remoteKey }: AccountTarget): void {
  const isTarget = accountId === null ? user.externalId === remoteKey : user.id === accountId;
  if (!isTarget) throw new ProviderError('protocol', { reason: ANSWERED_ANOTHER_USER });
}

/**
 * What addresses a user in a path.
 * @throws ProviderError `invalid` when our key would be read as an account id, and address a stranger
 */
function referenceOf({ accountId, remoteKey }: AccountTarget): UserReference {
  if (accountId !== null) return { idOrExternalId: accountId };
  if (!looksLikeAccountId(remoteKey)) return { idOrExternalId: remoteKey };
  throw new ProviderError('invalid', { reason: 'key_looks_like_account_id', attribute: 'externalKey' });
}

function isNotFound(error: unknown): error is ProviderError {
  return error instanceof ProviderError && error.kind === 'notFound';
}

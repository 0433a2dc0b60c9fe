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
  type Observation,
  type ProviderStep,
} from '#identity-provider';
import type { VaultApi } from './api.js';
import { vaultCapabilities } from './capabilities.js';
import type { ConsumerAnswer, HeldConsumer } from './consumer.js';
import { toAccount, toDesired, toNative } from './convert.js';
import { listConsumers } from './listing.js';
import { vaultMapping } from './mapping.js';

/**
 * Apideck Vault consumers, one application.
 *
 * Our key is the consumer's id, and a create is an upsert. It may leave the metadata of a consumer that was there
 * before as it was, so what it answers is handed on as the echo.
 * @see PROVIDERS.md section 1
 */
export class VaultProvider implements IdentityProvider {
  readonly kind = 'vault';
  readonly capabilities = vaultCapabilities;
  private readonly mapping = vaultMapping;

  constructor(private readonly api: VaultApi<HeldConsumer>) {}

  normalize(desired: Desired): DesiredAccount {
    return toDesired(desired, this.mapping);
  }

  async get(target: AccountTarget, context: CallContext): Promise<Observation> {
    const consumerId = idOf(target);
    try {
      const { consumer } = await this.api.getConsumer(consumerId, context);
      assertIs(consumer, consumerId);
      return { state: 'live', account: toAccount(consumer, this.mapping) };
    } catch (error) {
      if (isNotFound(error)) return { state: 'absent' };
      throw error;
    }
  }

  /** @throws ProviderError `unsupported` for keys other than ours: searches there are by prefix or substring. @see PROVIDERS.md 1.5 */
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
    const consumerId = idOf(target);
    switch (step.kind) {
      case 'provision': {
        const metadata = toNative(step.attributes, []);
        return this.acknowledge(
          await this.api.createConsumer({ consumer_id: consumerId, metadata }, context),
          consumerId,
        );
      }
      case 'update': {
        const metadata = toNative(step.attributes, step.changed);
        return this.acknowledge(await this.api.updateConsumer(consumerId, { metadata }, context), consumerId);
      }
      case 'purge':
        return this.purge(consumerId, context);
      case 'suspend':
      case 'reactivate':
      case 'softDelete':
      case 'restore':
      case 'discharge':
        throw new ProviderError('unsupported', { reason: `no_${step.kind}` });
    }
  }

  async *list(context: CallContext): AsyncGenerator<AccountPage> {
    for await (const { consumers, next } of listConsumers(this.api, context)) {
      const accounts = consumers.map((consumer) => toAccount(consumer, this.mapping));
      yield { accounts, complete: next === null };
    }
  }

  private async purge(consumerId: string, context: CallContext): Promise<Applied> {
    try {
      return { confirmed: true, status: await this.api.deleteConsumer(consumerId, context) };
    } catch (error) {
      if (isNotFound(error)) return { confirmed: true, status: 404 };
      throw error;
    }
  }

  private acknowledge({ status, consumer }: ConsumerAnswer<HeldConsumer>, consumerId: string): Applied {
    assertIs(consumer, consumerId);
    return { accountId: consumerId, echo: toAccount(consumer, this.mapping), confirmed: true, status };
  }
}

/** The two are the same here; the one that a link fixed at its creation counts. */
function idOf({ accountId, remoteKey }: AccountTarget): string {
  return accountId ?? remoteKey;
}

function assertIs(consumer: HeldConsumer, consumerId: string): void {
  if (consumer.consumer_id !== consumerId) {
    throw new ProviderError('protocol', { reason: 'answered_another_consumer' });
  }
}

function isNotFound(error: unknown): error is ProviderError {
  return error instanceof ProviderError && error.kind === 'notFound';
}

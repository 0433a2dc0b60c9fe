import type { AssignmentRule } from '#domain';
import type { IdentityProvider } from './identity-provider.js';
import type { DriftRules } from './drift.js';
import type { Lowering } from './lowering.js';
import type { AccountOperations } from './operations.js';
import type { WebhookReceiver } from './webhook.js';

/** One configured instance of a provider kind, ready for use. */
export interface ProviderInstance {
  /** Links, budgets, queues and routes key on it. */
  readonly slug: string;
  readonly kind: string;
  /** Base URL and app id: pinned at first use, so that a staging key cannot make every link look absent. */
  readonly remoteScope: string;
  /** Changes whenever the mapping does; a change makes the instance's links due. */
  readonly mappingVersion: string;
  /** What each status means here: the provider's defaults, but for what the instance's policy chose. */
  readonly lowering: Lowering;
  /** What becomes of attributes that somebody else changed there. */
  readonly drift: DriftRules;
  /** Who is in scope here; `null`: everybody. */
  readonly assignment: AssignmentRule | null;
  readonly provider: IdentityProvider;
  /** What it offers for one account beside mirroring it. */
  readonly operations: AccountOperations;
  /** Receives what the provider tells by itself; `null` when it tells nothing, or the secret for it is not set. */
  readonly webhook: WebhookReceiver | null;
  /** Calls in flight in one worker; for revocations there are a few on top (`callsAtMost`). */
  readonly concurrency: number;
  /** Calls a second over all workers; `null` means no limit of ours. */
  readonly callsPerSecond: number | null;
}

/** The instances of this deployment by slug. Fails at once on a doubled slug. */
export class ProviderRegistry {
  private readonly bySlug: ReadonlyMap<string, ProviderInstance>;

  constructor(instances: readonly ProviderInstance[]) {
    const bySlug = new Map(instances.map((instance) => [instance.slug, instance]));
    if (bySlug.size !== instances.length) {
      throw new Error(
        'two provider instances have the same slug; slugs must be unique (see ROLLCALL_PROVIDERS)',
      );
    }
    this.bySlug = bySlug;
  }

  all(): readonly ProviderInstance[] {
    return [...this.bySlug.values()];
  }

  find(slug: string): ProviderInstance | undefined {
    return this.bySlug.get(slug);
  }
}

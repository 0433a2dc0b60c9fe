import type { AssignmentRule } from '#domain';
import {
  chooseLowering,
  ENFORCE_ALL,
  type AccountOperations,
  type IdentityProvider,
  type ProviderInstance,
} from '#identity-provider';
import { vaultCapabilities } from '#providers/vault';

/** What a scripted instance shall do. */
export interface Script {
  /** (Default: none) */
  readonly operations?: AccountOperations;
  /** Calls a second over all processes. (Default: no limit) */
  readonly callsPerSecond?: number;
  /** (Default: everybody is in scope) */
  readonly assignment?: AssignmentRule;
}

const mirrorsNothing = (): Promise<never> => Promise.reject(new Error('nobody mirrors here'));

/** An instance that nothing stands behind but what a test puts there: for errors that no simulator can be made to tell. */
export function scriptedInstance(slug: string, script: Script = {}): ProviderInstance {
  const provider: IdentityProvider = {
    kind: 'scripted',
    capabilities: vaultCapabilities,
    normalize: () => ({ attributes: {}, lookupKeys: [], tags: null, violations: [] }),
    get: mirrorsNothing,
    correlate: mirrorsNothing,
    apply: mirrorsNothing,
  };
  return {
    slug,
    kind: 'scripted',
    remoteScope: `https://${slug}.example`,
    mappingVersion: '1',
    lowering: chooseLowering(vaultCapabilities.lowering),
    drift: ENFORCE_ALL,
    assignment: script.assignment ?? null,
    provider,
    operations: script.operations ?? {},
    webhook: null,
    concurrency: 4,
    callsPerSecond: script.callsPerSecond ?? null,
  };
}

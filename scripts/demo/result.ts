import type { Standing } from './admin-client.js';
import { PROVIDERS, type Provider } from './expect.js';
import { VERBS, type Verb } from './lifecycle.js';
import type { WalkStep } from './walk.js';

/** One provider in the result: links in sync and parked add up to the users. */
export interface ProviderResult {
  readonly inSync: number;
  readonly parked: number;
  /** Calls that the provider was sent until the import had converged. */
  readonly calls: number;
}

/** What the demo came to; printed as one line with `--json`. */
export interface DemoResult {
  /** Whether everything was verified against what the simulators hold. */
  readonly ok: boolean;
  readonly users: number;
  readonly providers: Readonly<Record<Provider, ProviderResult>>;
  /** By verb, how accounts were found at each provider afterwards. */
  readonly lifecycle: Readonly<Partial<Record<Verb, Readonly<Record<Provider, string>>>>> & {
    readonly verified: boolean;
  };
  readonly elapsedMs: number;
}

/** What the demo saw, in the order in which it saw it. */
export interface Seen {
  readonly users: number;
  readonly standings: readonly Standing[];
  readonly calls: Readonly<Record<Provider, number>>;
  readonly steps: readonly WalkStep[];
  /** Everything that is not as it should be; none when all is well. */
  readonly differences: readonly string[];
  readonly elapsedMs: number;
}

export function resultOf(seen: Seen): DemoResult {
  const { users, standings, calls, steps, differences, elapsedMs } = seen;
  const verified = steps.length === VERBS.length && steps.every((step) => step.differences.length === 0);
  const providers = PROVIDERS.map((provider) => {
    const standing = standings.find((each) => each.provider === provider);
    const counts = { inSync: standing?.inSync ?? 0, parked: standing?.parked ?? 0, calls: calls[provider] };
    return [provider, counts] as const;
  });
  return {
    ok: verified && differences.length === 0,
    users,
    // One entry for each of PROVIDERS, by construction.
    providers: Object.fromEntries(providers) as Record<Provider, ProviderResult>,
    lifecycle: { ...Object.fromEntries(steps.map(({ verb, shown }) => [verb, shown])), verified },
    elapsedMs,
  };
}

/** The roster is mirrored only if each person is in sync or parked at each provider, and nobody is anything else. */
export function uncounted(users: number, standings: readonly Standing[]): string[] {
  return PROVIDERS.flatMap((provider) => {
    const { inSync, parked } = standings.find((each) => each.provider === provider) ?? {
      inSync: 0,
      parked: 0,
    };
    return inSync + parked === users
      ? []
      : [`${provider}: ${inSync} in sync and ${parked} parked are not the ${users} people of the roster`];
  });
}

import {
  choicesOf,
  chooseLowering,
  POLICY_STATUSES,
  type Capabilities,
  type Lowering,
  type LoweringPolicy,
  type LoweringTable,
} from '#identity-provider';
import { passageCapabilities, passageMapping } from '#providers/passage';
import { sendauthCapabilities } from '#providers/sendauth';
import { sunshineCapabilities, sunshineMapping } from '#providers/sunshine';
import { vaultCapabilities } from '#providers/vault';

/** What each kind can do when nothing is set but what is required. */
export const CAPABILITIES_BY_KIND = {
  vault: vaultCapabilities,
  sunshine: sunshineCapabilities(sunshineMapping([])),
  passage: passageCapabilities(passageMapping([])),
  sendauth: sendauthCapabilities,
} as const satisfies Readonly<Record<string, Capabilities>>;

/** Every policy that a provider accepts, the default first. */
export function policiesOf(table: LoweringTable): LoweringPolicy[] {
  const [onDeactivated, onDeleted] = POLICY_STATUSES.map((status) => choicesOf(table, status));
  return (onDeactivated ?? []).flatMap((deactivated) =>
    (onDeleted ?? []).map((deleted) => ({ deactivated, deleted })),
  );
}

/** A kind under one policy. */
export interface Profile {
  readonly capabilities: Capabilities;
  readonly lowering: Lowering;
}

/** Every kind under every policy, by a name that says both. */
export const PROFILES: readonly (readonly [name: string, profile: Profile])[] = Object.entries(
  CAPABILITIES_BY_KIND,
).flatMap(([kind, capabilities]) =>
  policiesOf(capabilities.lowering).map((policy) => {
    const lowering = chooseLowering(capabilities.lowering, policy);
    const name = `${kind}, deactivated ${lowering.deactivated.state}, deleted ${lowering.deleted.state}`;
    return [name, { capabilities, lowering }] as const;
  }),
);

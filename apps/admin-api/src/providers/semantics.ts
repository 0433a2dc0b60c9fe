import { policySettingOf } from '#config';
import { TRANSITIONS } from '#domain';
import {
  LOWERED_STATUSES,
  mayBeChosen,
  POLICY_STATUSES,
  type LoweredStatus,
  type LoweringCell,
  type ProviderInstance,
} from '#identity-provider';

/** One cell of the semantics matrix, as it stands at an instance. */
export interface SemanticsCell extends Omit<LoweringCell, 'marker'> {
  readonly status: LoweredStatus;
  readonly marker: string | null;
  /**
   * `chosen`: what the status means here. `offered`: what a setting could make it mean. `refused`: what the provider
   * could do, and what no setting may ask for.
   */
  readonly choice: 'chosen' | 'offered' | 'refused';
}

/** What every status can mean at one instance, and what it does mean. */
export interface ProviderSemantics {
  readonly provider: string;
  readonly kind: string;
  readonly cells: readonly SemanticsCell[];
  /** The setting that chooses, by status. */
  readonly settings: Readonly<Record<string, string>>;
}

/** The lifecycle as a whole: the moves of a user, and what they mean at each provider. */
export interface Semantics {
  readonly transitions: typeof TRANSITIONS;
  readonly providers: readonly ProviderSemantics[];
}

/** Reads the whole matrix off the capabilities and the policies of these instances. */
export function semanticsOf(instances: readonly ProviderInstance[]): Semantics {
  return { transitions: TRANSITIONS, providers: instances.map(ofInstance) };
}

function ofInstance(instance: ProviderInstance): ProviderSemantics {
  const { slug, kind } = instance;
  return {
    provider: slug,
    kind,
    cells: LOWERED_STATUSES.flatMap((status) => cellsOf(instance, status)),
    settings: Object.fromEntries(POLICY_STATUSES.map((status) => [status, policySettingOf(slug, status)])),
  };
}

function cellsOf({ provider, lowering }: ProviderInstance, status: LoweredStatus): SemanticsCell[] {
  return provider.capabilities.lowering[status].map((cell) => {
    const other = mayBeChosen(status, cell) ? 'offered' : 'refused';
    const choice = lowering[status].state === cell.state ? 'chosen' : other;
    return { status, ...cell, marker: cell.marker ?? null, choice };
  });
}

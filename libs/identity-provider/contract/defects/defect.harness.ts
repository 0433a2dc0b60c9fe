import {
  ProviderError,
  type AccountPage,
  type AccountTarget,
  type CallContext,
  type IdentityProvider,
  type ProviderStep,
} from '../../src/index.js';
import type { BackDoor } from '../back-door.js';

type Apply = IdentityProvider['apply'];

/** One way in which an adapter can be wrong, and the stories that must not let it pass. */
export interface Defect {
  readonly name: string;
  /** Group and name of the stories. */
  readonly caughtBy: readonly (readonly [group: string, story: string])[];
  /** What the bad adapter does instead of the good one. */
  readonly spoil: (good: IdentityProvider, backDoor: BackDoor) => Partial<IdentityProvider>;
}

/** A good adapter but for some of its calls. */
export function spoilt(good: IdentityProvider, bad: Partial<IdentityProvider>): IdentityProvider {
  return {
    kind: good.kind,
    capabilities: good.capabilities,
    normalize: (desired) => good.normalize(desired),
    get: (target, context) => good.get(target, context),
    correlate: (keys, context) => good.correlate(keys, context),
    apply: (step, target, context) => good.apply(step, target, context),
    ...(good.list === undefined ? {} : { list: (context) => pagesOf(good, context) }),
    ...(good.listDeleted === undefined ? {} : { listDeleted: (context) => deletedPagesOf(good, context) }),
    ...bad,
  };
}

/** Does something else for steps of one kind. */
export function instead<Kind extends ProviderStep['kind']>(
  good: IdentityProvider,
  kind: Kind,
  act: (
    step: Extract<ProviderStep, { kind: Kind }>,
    target: AccountTarget,
    context: CallContext,
  ) => ReturnType<Apply>,
): Partial<IdentityProvider> {
  const isMeant = (step: ProviderStep): step is Extract<ProviderStep, { kind: Kind }> => step.kind === kind;
  return {
    apply: (step, target, context) =>
      isMeant(step) ? act(step, target, context) : good.apply(step, target, context),
  };
}

/** @throws Error when the adapter does not list */
export function pagesOf(good: IdentityProvider, context: CallContext): AsyncIterable<AccountPage> {
  if (good.list === undefined) throw new Error('the adapter to be spoilt does not list');
  return good.list(context);
}

/** @throws Error when the adapter does not list the soft-deleted */
export function deletedPagesOf(good: IdentityProvider, context: CallContext): AsyncIterable<AccountPage> {
  if (good.listDeleted === undefined) throw new Error('the adapter to be spoilt does not list the deleted');
  return good.listDeleted(context);
}

/** Whether an adapter threw one of these. */
export function isKind(error: unknown, ...kinds: readonly string[]): boolean {
  return error instanceof ProviderError && kinds.includes(error.kind);
}

/** An acknowledgement of nothing. */
export const DONE = { confirmed: true, status: 200 } as const;

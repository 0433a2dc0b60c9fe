import { OWED_EFFECTS, type OwedEffect } from '#domain';
import type {
  AccountPage,
  AccountTarget,
  Capabilities,
  IdentityProvider,
  ProviderStep,
} from '../src/index.js';
import { hasSuspension } from './changing.js';
import { ANNA } from './people.js';
import type { Stage } from './stage.js';

/** One call of the port, with its name. */
export interface PortCall {
  readonly name: string;
  readonly make: () => Promise<unknown>;
}

/** Steps on an account that has to be there, by the capability that each needs. */
export const STEPS_ON_AN_ACCOUNT: readonly {
  readonly name: string;
  readonly needs: (capabilities: Capabilities) => boolean;
  readonly step: (stage: Stage) => ProviderStep;
}[] = [
  {
    name: 'update',
    needs: () => true,
    step: (stage) => {
      const attributes = attributesOf(stage);
      return { kind: 'update', attributes, changed: Object.keys(attributes) };
    },
  },
  {
    name: 'suspend',
    needs: hasSuspension,
    step: (stage) => {
      const { marker = null } = stage.capabilities.lowering.deactivated[0];
      return { kind: 'suspend', marker, attributes: attributesOf(stage) };
    },
  },
  {
    name: 'reactivate',
    needs: hasSuspension,
    step: (stage) => ({ kind: 'reactivate', attributes: attributesOf(stage) }),
  },
  { name: 'softDelete', needs: ({ softDelete }) => softDelete, step: () => ({ kind: 'softDelete' }) },
  { name: 'restore', needs: ({ restore }) => restore, step: () => ({ kind: 'restore' }) },
  ...OWED_EFFECTS.map((effect) => ({
    name: `discharge ${effect}`,
    needs: (capabilities: Capabilities) => canDischarge(effect, capabilities),
    step: (): ProviderStep => ({ kind: 'discharge', effect, tags: {} }),
  })),
];

/** Every call of the port that a provider can be asked for, those of `provider` about one account and in general. */
export function callsTo(stage: Stage, provider: IdentityProvider, target: AccountTarget): PortCall[] {
  const { context, capabilities } = stage;
  const { attributes, lookupKeys } = provider.normalize(ANNA);
  const unborn = { accountId: null, remoteKey: 'somebody else' };
  const take = (step: ProviderStep, on = target): Promise<unknown> => provider.apply(step, on, context);
  const steps = STEPS_ON_AN_ACCOUNT.filter(({ needs }) => needs(capabilities));
  return [
    { name: 'get', make: () => provider.get(target, context) },
    { name: 'correlate', make: () => provider.correlate(lookupKeys, context) },
    { name: 'provision', make: () => take({ kind: 'provision', attributes }, unborn) },
    ...steps.map(({ name, step }) => ({ name, make: () => take(step(stage)) })),
    { name: 'purge', make: () => take({ kind: 'purge' }) },
    ...listings(stage, provider),
  ];
}

function listings({ context }: Stage, provider: IdentityProvider): PortCall[] {
  const lists = [
    { name: 'list', open: () => provider.list?.(context) },
    { name: 'listDeleted', open: () => provider.listDeleted?.(context) },
  ];
  return lists
    .filter(({ open }) => open() !== undefined) // nothing is sent before the first page is asked for
    .map(({ name, open }) => ({ name, make: () => firstPage(open()) }));
}

async function firstPage(pages: AsyncIterable<AccountPage> | undefined): Promise<AccountPage | null> {
  for await (const page of pages ?? []) return page;
  return null;
}

function canDischarge(effect: OwedEffect, capabilities: Capabilities): boolean {
  if (effect === 'setTags') return capabilities.mirrorsTags;
  if (effect === 'eraseProfile') return capabilities.erasesProfile;
  return capabilities.owedOnSuspend.includes(effect);
}

function attributesOf({ provider }: Stage): ReturnType<IdentityProvider['normalize']>['attributes'] {
  return provider.normalize(ANNA).attributes;
}

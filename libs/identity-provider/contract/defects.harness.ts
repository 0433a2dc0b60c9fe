import {
  ProviderError,
  type Account,
  type AccountPage,
  type AccountTarget,
  type CallContext,
  type IdentityProvider,
  type NativeAttributes,
  type NativeValue,
  type ProviderStep,
} from '../src/index.js';
import type { BackDoor } from './back-door.js';

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
function instead<Kind extends ProviderStep['kind']>(
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

function pagesOf(good: IdentityProvider, context: CallContext): AsyncIterable<AccountPage> {
  if (good.list === undefined) throw new Error('the adapter to be spoilt does not list');
  return good.list(context);
}

function deletedPagesOf(good: IdentityProvider, context: CallContext): AsyncIterable<AccountPage> {
  if (good.listDeleted === undefined) throw new Error('the adapter to be spoilt does not list the deleted');
  return good.listDeleted(context);
}

function isKind(error: unknown, ...kinds: readonly string[]): boolean {
  return error instanceof ProviderError && kinds.includes(error.kind);
}

function shouted(attributes: NativeAttributes): NativeAttributes {
  const louder = Object.entries(attributes).map(([path, value]): [string, NativeValue] => [
    path,
    typeof value === 'string' ? value.toUpperCase() : value,
  ]);
  return Object.fromEntries(louder);
}

const DONE = { confirmed: true, status: 200 } as const;

/** At a provider where we assign the id, which lists and patches. */
export const DEFECTS_OF_A_LISTING_ADAPTER: readonly Defect[] = [
  {
    name: 'creates twice',
    caughtBy: [['creating', 'makes a live account that holds every attribute, and reads it back']],
    spoil: (good) =>
      instead(good, 'provision', async (step, target, context) => {
        await good.apply(step, { accountId: null, remoteKey: `${target.remoteKey}-2` }, context);
        return good.apply(step, target, context);
      }),
  },
  {
    name: 'finds nothing after a lost create',
    caughtBy: [
      ['creating', 'H20, H24: finds the account of a create with its answerLost'],
      ['finding by keys', 'finds exactly the accounts that hold one of the keys'],
    ],
    spoil: () => ({ correlate: () => Promise.resolve([]) }),
  },
  {
    name: 'adopts by prefix',
    caughtBy: [
      ['finding by keys', 'H28: is not taken in by keys that are a part of a key, or have it as a part'],
    ],
    spoil: (good) => ({
      correlate: async (keys, context) => {
        const found: Account[] = [];
        for await (const { accounts } of pagesOf(good, context)) {
          found.push(
            ...accounts.filter((each) => keys.some(({ value }) => each.accountId.startsWith(value))),
          );
        }
        return found;
      },
    }),
  },
  {
    name: 'forgets to clear',
    caughtBy: [
      ['updating', 'changes an account to no values'],
      ['spelling', 'H30: turns anyone into anyone else'],
    ],
    spoil: (good) =>
      instead(good, 'update', (step, target, context) => {
        const changed = step.changed.filter((path) => step.attributes[path] !== null);
        return good.apply({ ...step, changed }, target, context);
      }),
  },
  {
    name: 'acknowledges an update that it did not make',
    caughtBy: [['updating', 'changes an account to other values']],
    spoil: (good) => instead(good, 'update', () => Promise.resolve(DONE)),
  },
  {
    name: 'resets what we do not manage',
    caughtBy: [['updating', 'H31, H35: leaves what we do not manage as it is when all else is changed']],
    spoil: (good, backDoor) =>
      instead(good, 'update', async (step, target, context) => {
        const applied = await good.apply(step, target, context);
        backDoor.alter(target.accountId ?? target.remoteKey, { services: [] });
        return applied;
      }),
  },
  {
    name: 'says absent when a read fails',
    caughtBy: [
      [
        'a provider that refuses us or is not where we look',
        'H11: when it fails, has not said that anything is absent or done',
      ],
    ],
    spoil: (good) => ({
      get: async (target, context) => {
        try {
          return await good.get(target, context);
        } catch (error) {
          if (isKind(error, 'unreachable')) return { state: 'absent' };
          throw error;
        }
      },
    }),
  },
  {
    name: 'says absent when the whole service is a page for people',
    caughtBy: [
      [
        'a provider that refuses us or is not where we look',
        'H10: with nothing there but pages for people, is never taken for absent accounts',
      ],
    ],
    spoil: (good) => ({
      get: async (target, context) => {
        try {
          return await good.get(target, context);
        } catch (error) {
          if (isKind(error, 'gone', 'protocol')) return { state: 'absent' };
          throw error;
        }
      },
    }),
  },
  {
    name: 'creates whom an update does not find',
    caughtBy: [['an account that nobody holds', 'H08: is not found by update, which creates nothing']],
    spoil: (good) =>
      instead(good, 'update', async (step, target, context) => {
        try {
          return await good.apply(step, target, context);
        } catch (error) {
          if (!isKind(error, 'notFound')) throw error;
          return good.apply({ kind: 'provision', attributes: step.attributes }, target, context);
        }
      }),
  },
  {
    name: 'does not bear that a purged account is gone',
    caughtBy: [['purging', 'H09: acknowledges what is gone already']],
    spoil: (good) =>
      instead(good, 'purge', async (step, target, context) => {
        const { state } = await good.get(target, context);
        if (state === 'absent') throw new ProviderError('notFound', { reason: 'nobody_there' });
        return good.apply(step, target, context);
      }),
  },
  {
    name: 'lists without end',
    caughtBy: [
      ['listing', 'shows every account once, over several pages of which only the last says that it is'],
    ],
    spoil: (good) => ({
      async *list(context) {
        for (;;) for await (const page of pagesOf(good, context)) yield { ...page, complete: false };
      },
    }),
  },
  {
    name: 'loses a row',
    caughtBy: [
      ['listing', 'shows every account once, over several pages of which only the last says that it is'],
      ['listing', 'L02: bears accounts that come twice, and shows everybody'],
    ],
    spoil: (good) => ({
      async *list(context) {
        for await (const page of pagesOf(good, context)) yield { ...page, accounts: page.accounts.slice(1) };
      },
    }),
  },
  {
    name: 'calls a listing complete that failed',
    caughtBy: [
      ['listing', 'L08: does not end as if complete when a later page fails'],
      ['listing', 'L03: gives up when every page is the first'],
      ['listing', 'L03: gives up when a later page leads back to one before'],
      ['listing', 'L09: gives up on a page that comes again and again'],
      ['listing', 'L09: gives up when nothing comes, and more is promised'],
      ['listing', 'L04: gives up when it is always sent back'],
    ],
    spoil: (good) => ({
      async *list(context) {
        try {
          yield* pagesOf(good, context);
        } catch (error) {
          if (!(error instanceof ProviderError)) throw error;
          yield { accounts: [], complete: true };
        }
      },
    }),
  },
  {
    name: 'writes when it reads',
    caughtBy: [['updating', 'changes an account to other values']],
    spoil: (good) => ({
      get: async (target, context) => {
        const seen = await good.get(target, context);
        if ('account' in seen) {
          const { attributes } = seen.account;
          await good.apply({ kind: 'update', attributes, changed: Object.keys(attributes) }, target, context);
        }
        return seen;
      },
    }),
  },
  {
    name: 'reads another spelling than it is asked to hold',
    caughtBy: [['creating', 'H20, H24: finds the account of a create with its answerLost']],
    spoil: (good) => ({
      get: async (target, context) => {
        const seen = await good.get(target, context);
        if (!('account' in seen)) return seen;
        return { ...seen, account: { ...seen.account, attributes: shouted(seen.account.attributes) } };
      },
    }),
  },
  {
    name: 'keeps a call slot',
    caughtBy: [['creating', 'answers with the id and the content of what it made']],
    spoil: (good) => ({
      apply: (step, target, context) =>
        good.apply(step, target, {
          ...context,
          admit: async (call) => {
            await context.admit(call);
            return () => undefined;
          },
        }),
    }),
  },
];

/** At a provider that suspends natively, and owes something for it. */
export const DEFECTS_OF_A_SUSPENDING_ADAPTER: readonly Defect[] = [
  {
    name: 'acknowledges a suspension that it did not make',
    caughtBy: [['suspending', 'suspends an account and leaves its content']],
    spoil: (good) => instead(good, 'suspend', () => Promise.resolve(DONE)),
  },
  {
    name: 'refuses what is suspended already',
    caughtBy: [['suspending', 'suspends twice']],
    spoil: (good) =>
      instead(good, 'suspend', async (step, target, context) => {
        const { state } = await good.get(target, context);
        if (state === 'suspended') throw new ProviderError('conflict', { reason: 'is_suspended' });
        return good.apply(step, target, context);
      }),
  },
  {
    name: 'lets a suspended person in with an update',
    caughtBy: [['updating', 'leaves a suspended account suspended']],
    spoil: (good) =>
      instead(good, 'update', async (step, target, context) => {
        const applied = await good.apply(step, target, context);
        await good.apply({ kind: 'reactivate', attributes: step.attributes }, target, context);
        return applied;
      }),
  },
  {
    name: 'acknowledges a debt that it did not pay',
    caughtBy: [['suspending', 'pays the owed effect revokeTokens, also twice']],
    spoil: (good) => instead(good, 'discharge', () => Promise.resolve(DONE)),
  },
  {
    name: 'cannot tell where a page of a counted list is missing',
    caughtBy: [
      ['listing', 'L05: gives up on a page without anybody where somebody is counted'],
      ['listing', 'L05: gives up on a list without anybody where somebody is counted'],
      ['listing', 'L09: gives up when fewer come than are counted'],
      ['listing', 'L09: gives up when more come than are counted'],
      ['listing', 'L07: shows everybody, or gives up, when pages are shorter than asked for'],
    ],
    spoil: (good) => ({
      async *list(context) {
        let total = 0;
        try {
          for await (const page of pagesOf(good, context)) {
            total = page.total ?? 0;
            yield page;
          }
        } catch (error) {
          if (!isKind(error, 'protocol')) throw error;
          yield { accounts: [], complete: true, total };
        }
      },
    }),
  },
];

/** At a provider that soft-deletes and restores. */
export const DEFECTS_OF_A_RESTORING_ADAPTER: readonly Defect[] = [
  {
    name: 'soft-deletes instead of destroying',
    caughtBy: [['purging', 'H09: acknowledges what is gone already']],
    spoil: (good) =>
      instead(good, 'purge', (_, target, context) => good.apply({ kind: 'softDelete' }, target, context)),
  },
  {
    name: 'restores by making a new account',
    caughtBy: [
      ['soft-deleting', 'D11: restores the same account with all that it held, also what we do not manage'],
      ['soft-deleting', 'D11: soft-deletes what was restored, and restores it again'],
    ],
    spoil: (good) =>
      instead(good, 'restore', async (_, target, context) => {
        const seen = await good.get(target, context);
        if (!('account' in seen)) throw new ProviderError('notFound', { reason: 'nobody_there' });
        await good.apply({ kind: 'purge' }, target, context);
        const { attributes } = seen.account;
        return good.apply({ kind: 'provision', attributes }, { ...target, accountId: null }, context);
      }),
  },
  {
    name: 'refuses what is live already',
    caughtBy: [
      ['soft-deleting', 'restores twice'],
      ['soft-deleting', 'H22: restores after the answer to a restore was lost'],
    ],
    spoil: (good) =>
      instead(good, 'restore', async (step, target, context) => {
        const { state } = await good.get(target, context);
        if (state === 'live') throw new ProviderError('conflict', { reason: 'is_live' });
        return good.apply(step, target, context);
      }),
  },
  {
    name: 'takes soft-deleted for absent',
    caughtBy: [['soft-deleting', 'soft-deletes an account, also twice, and keeps it apart from absent ones']],
    spoil: (good) => ({
      get: async (target, context) => {
        const seen = await good.get(target, context);
        return seen.state === 'softDeleted' ? { state: 'absent' } : seen;
      },
    }),
  },
  {
    name: 'does not look among the soft-deleted',
    caughtBy: [['soft-deleting', 'finds a soft-deleted account by its keys']],
    spoil: (good) => ({
      correlate: async (keys, context) =>
        (await good.correlate(keys, context)).filter(({ state }) => state === 'live'),
    }),
  },
  {
    name: 'tells an account the names of its tags alone',
    caughtBy: [['updating', 'tells an account its tags, the whole map each time']],
    spoil: (good) =>
      instead(good, 'discharge', (step, target, context) => {
        const tags = Object.fromEntries(Object.keys(step.tags).map((name) => [name, '']));
        return good.apply({ ...step, tags }, target, context);
      }),
  },
  {
    name: 'shows the soft-deleted as live ones',
    caughtBy: [
      ['listing the soft-deleted', 'shows them apart from live ones'],
      ['listing the soft-deleted', 'shows accounts as a single read does'],
    ],
    spoil: (good) => ({
      async *list(context) {
        yield* pagesOf(good, context);
        yield* deletedPagesOf(good, context);
      },
      async *listDeleted(context) {
        yield* pagesOf(good, context);
      },
    }),
  },
];

/** At a provider that is suspended by a marker, and erases profiles. */
export const DEFECTS_OF_A_MARKING_ADAPTER: readonly Defect[] = [
  {
    name: 'marks a deletion as a deactivation',
    caughtBy: [['suspending', 'tells a deletion from a deactivation']],
    spoil: (good) =>
      instead(good, 'suspend', (step, target, context) => {
        const { marker = null } = good.capabilities.lowering.deactivated;
        return good.apply({ ...step, marker }, target, context);
      }),
  },
  {
    name: 'opens an account and leaves its marker',
    caughtBy: [['suspending', 'reactivates the same account, also twice, with what it is to hold by then']],
    spoil: (good) =>
      instead(good, 'reactivate', (step, target, context) => {
        const { attributes } = step;
        return good.apply({ kind: 'update', attributes, changed: [] }, target, context);
      }),
  },
  {
    name: 'acknowledges an erasure that it did not make',
    caughtBy: [
      ['erasing a profile', 'leaves nothing personal, and the account under its id and key'],
      ['erasing a profile', 'is seen by the next read: no marker, and no attribute that was personal'],
    ],
    spoil: (good) => instead(good, 'discharge', () => Promise.resolve(DONE)),
  },
];

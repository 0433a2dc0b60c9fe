import { ProviderError, type Account, type NativeAttributes, type NativeValue } from '../../src/index.js';
import { DONE, instead, isKind, pagesOf, type Defect } from './defect.harness.js';

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

function shouted(attributes: NativeAttributes): NativeAttributes {
  const louder = Object.entries(attributes).map(([path, value]): [string, NativeValue] => [
    path,
    typeof value === 'string' ? value.toUpperCase() : value,
  ]);
  return Object.fromEntries(louder);
}

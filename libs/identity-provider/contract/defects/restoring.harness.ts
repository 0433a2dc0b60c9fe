import { ProviderError } from '../../src/index.js';
import { deletedPagesOf, instead, pagesOf, type Defect } from './defect.harness.js';

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

import { ProviderError } from '../../src/index.js';
import { DONE, instead, isKind, pagesOf, type Defect } from './defect.harness.js';

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

import { DONE, instead, type Defect } from './defect.harness.js';

/** At a provider that is suspended by a marker, and erases profiles. */
export const DEFECTS_OF_A_MARKING_ADAPTER: readonly Defect[] = [
  {
    name: 'marks a deletion as a deactivation',
    caughtBy: [['suspending', 'tells a deletion from a deactivation']],
    spoil: (good) =>
      instead(good, 'suspend', (step, target, context) => {
        const { marker = null } = good.capabilities.lowering.deactivated[0];
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

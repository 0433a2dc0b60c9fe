import { expect } from '@jest/globals';
import type { Observation } from '../src/index.js';
import type { Planned } from './planning.js';
import type { Person } from './roster.js';
import type { Stage } from './stage.js';

/** Rounds after which nothing may be left to do for anybody; a restored account is read again before it is written. */
const ROUNDS = 4;

/** Takes the steps that the core decides on for everybody, until there are none. */
export async function reconcileAll(stage: Stage): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    let steps = 0;
    for (const { target } of stage.people) steps += await takeSteps(stage, target.remoteKey);
    if (steps === 0) return;
  }
}

/** Reconciles everybody once more: the core finds nothing to do, and the provider is asked to change nothing. */
export async function expectSecondRoundEmpty(stage: Stage): Promise<void> {
  const before = stage.guest.backDoor.writes();
  for (const person of stage.people) {
    const { steps, park, owes, waives } = await decideFor(stage, person);
    const owed = [...person.owed, ...owes].filter((effect) => !waives.includes(effect));
    expect({ status: person.status, steps, park, owed }).toEqual({
      status: person.status,
      steps: [],
      park: null,
      owed: [],
    });
  }
  expect(stage.guest.backDoor.writes()).toBe(before);
}

async function takeSteps(stage: Stage, remoteKey: string): Promise<number> {
  const person = stage.people.find(({ target }) => target.remoteKey === remoteKey);
  if (person === undefined) throw new Error('nobody leaves the roster');
  const { steps } = await decideFor(stage, person);
  for (const step of steps) await stage.apply(step, person.target);
  return steps.length;
}

async function decideFor(stage: Stage, person: Person): Promise<Planned> {
  const seen = await observe(stage, person);
  const account = 'account' in seen ? seen.account : null;
  return stage.decide({
    status: person.status,
    target: stage.capabilities.lowering[person.status][0],
    desired: person.desired,
    observed: {
      state: seen.state,
      marker: account?.marker ?? null,
      attributes: account?.attributes ?? null,
      tags: person.tags,
    },
    owed: person.owed,
    hadAccount: true,
    mayRecreate: false,
    isErasure: false,
    purgeAccepted: false,
    capabilities: stage.capabilities,
  });
}

/** By id, or by our key where that addresses accounts; after a lost create by the keys that were sent. */
async function observe(stage: Stage, { target, desired }: Person): Promise<Observation> {
  if (target.accountId !== null || stage.capabilities.accountIdAssignedBy === 'us') return stage.get(target);
  const [account, ...others] = await stage.provider.correlate(desired.lookupKeys, stage.context);
  expect(others).toEqual([]);
  return account === undefined ? { state: 'absent' } : { state: account.state, account };
}

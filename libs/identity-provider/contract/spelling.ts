import { NO_ATTRIBUTES, type CanonicalPath, type UserAttributes } from '#domain';
import { expect } from '@jest/globals';
import fc from 'fast-check';
import type { Desired, Mapping, NativeAttributes } from '../src/index.js';
import { anyone } from './people.js';
import { expectSecondRoundEmpty } from './reconciling.js';
import type { Stage } from './stage.js';
import type { StoryGroup } from './story.js';

/** People that are sent to the stand-in and read back; spelling alone is tried on many more. */
const ROUND_TRIPS = 25;

/** Spelling users as the provider does, so that equal means equal. */
export const SPELLING: StoryGroup = {
  name: 'spelling',
  stories: [
    {
      name: 'H30: spells its own spelling in the same way',
      tell: ({ guest: { mapping, provider } }) => {
        fc.assert(
          fc.property(anyone, (person) => {
            const once = provider.normalize(person);
            const twice = provider.normalize(respelt(person, once.attributes, mapping));
            expect(twice).toEqual(once);
          }),
        );
        return Promise.resolve();
      },
    },
    {
      name: 'H30: reads back from the provider what it spelt, for anyone whom it can hold',
      tell: (stage) =>
        fc.assert(
          fc.asyncProperty(anyone, async (person) => {
            fc.pre(canHold(stage, person));
            stage.begin();
            await stage.expectInSync(await stage.enrol(person));
            await expectSecondRoundEmpty(stage);
          }),
          { numRuns: ROUND_TRIPS },
        ),
    },
    {
      name: 'H30: turns anyone into anyone else',
      tell: (stage) =>
        fc.assert(
          fc.asyncProperty(anyone, anyone, async (before, other) => {
            const after = { ...other, remoteKey: before.remoteKey };
            fc.pre(canHold(stage, before) && canHold(stage, after) && !losesKept(stage, before, after));
            stage.begin();
            await stage.expectInSync(await stage.update(await stage.enrol(before), after));
            await expectSecondRoundEmpty(stage);
          }),
          { numRuns: ROUND_TRIPS },
        ),
    },
    {
      name: 'names what cannot be held by attribute and rule, and never by value',
      tell: ({ provider }) => {
        fc.assert(
          fc.property(anyone, (person) => {
            const told = JSON.stringify(provider.normalize(person).violations);
            for (const value of Object.values(person.attributes)) {
              if (typeof value === 'string' && value.length > 4) expect(told).not.toContain(value);
            }
          }),
        );
        return Promise.resolve();
      },
    },
  ],
};

function canHold({ provider }: Stage, person: Desired): boolean {
  return provider.normalize(person).violations.length === 0;
}

/** Whether a change takes a value away that the stand-in keeps. */
function losesKept({ guest, provider }: Stage, before: Desired, after: Desired): boolean {
  const [held, wanted] = [provider.normalize(before).attributes, provider.normalize(after).attributes];
  return (guest.keeps ?? []).some((path) => held[path] !== null && wanted[path] === null);
}

/** A person whose attributes are those of an account: the mapping read backwards. */
function respelt(person: Desired, native: NativeAttributes, mapping: Mapping): Desired {
  const values = mapping.lines.map(({ from, to }) => [from, native[to] ?? null] as const);
  const isCustom = (path: CanonicalPath) => path.startsWith('attributes.');
  const custom = values
    .filter(([path, value]) => isCustom(path) && value !== null)
    .map(([path, value]) => [path.slice('attributes.'.length), value]);
  const attributes: UserAttributes = {
    ...NO_ATTRIBUTES,
    tags: person.attributes.tags,
    ...Object.fromEntries(values.filter(([path]) => !isCustom(path))),
    attributes: Object.fromEntries(custom) as UserAttributes['attributes'], // nulls were left out above
  };
  return { ...person, attributes };
}

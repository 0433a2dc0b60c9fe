import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AssignmentClause, type AssignmentView, isAssigned } from './assignment.js';
import { USER_STATUSES } from './status.js';
import { NO_ATTRIBUTES, TEXT_ATTRIBUTES } from './user.js';

const nobody: AssignmentView = { ...NO_ATTRIBUTES, status: 'active' };
const someone = (more: Partial<AssignmentView>): AssignmentView => ({ ...nobody, ...more });
const tag = (name: string, ...values: string[]): AssignmentClause => ({
  subject: { kind: 'tags', name },
  values: values.length === 0 ? null : values,
});
const attribute = (name: string, ...values: string[]): AssignmentClause => ({
  subject: { kind: 'attributes', name },
  values: values.length === 0 ? null : values,
});

describe('who is in the scope of an instance', () => {
  it('is everybody where there is no rule', () => {
    for (const status of USER_STATUSES) expect(isAssigned(null, someone({ status }))).toBe(true);
  });

  it.each([
    ['a tag that is there', tag('vip'), { tags: { vip: '' } }, true],
    ['a tag that is there with a value', tag('vip'), { tags: { vip: 'gold' } }, true],
    ['a tag that is not there', tag('vip'), { tags: { VIP: '' } }, false],
    ['one of the values of a tag', tag('team', 'red', 'blue'), { tags: { team: 'blue' } }, true],
    ['another value of a tag', tag('team', 'red', 'blue'), { tags: { team: 'Red' } }, false],
    ['a tag that must be empty and is', tag('vip', ''), { tags: { vip: '' } }, true],
    ['a tag that must be empty and is not there', tag('vip', ''), {}, false],
    ['the name of what every object has', tag('toString'), {}, false],
    ['a custom attribute', attribute('dept', 'Sales'), { attributes: { dept: 'Sales' } }, true],
    ['a number', attribute('level', '3'), { attributes: { level: 3 } }, true],
    ['a boolean', attribute('extern', 'false'), { attributes: { extern: false } }, true],
    ['a boolean that is there', attribute('extern'), { attributes: { extern: false } }, true],
    ['a tag where an attribute is meant', attribute('team'), { tags: { team: 'red' } }, false],
  ] as const)('goes by %s', (_, clause, user, expected) => {
    expect(isAssigned([clause], someone(user))).toBe(expected);
  });

  it('goes by each text attribute, and by whether it has a value', () => {
    for (const name of TEXT_ATTRIBUTES) {
      const has: AssignmentClause = { subject: { kind: 'text', name }, values: null };
      const is: AssignmentClause = { subject: { kind: 'text', name }, values: ['x', 'y'] };
      expect([has, is].map((clause) => isAssigned([clause], nobody))).toEqual([false, false]);
      expect([has, is].map((clause) => isAssigned([clause], someone({ [name]: 'y' })))).toEqual([true, true]);
      expect([has, is].map((clause) => isAssigned([clause], someone({ [name]: 'z' })))).toEqual([
        true,
        false,
      ]);
    }
  });

  it('goes by status', () => {
    const clause: AssignmentClause = { subject: { kind: 'status' }, values: ['active'] };
    const inScope = USER_STATUSES.filter((status) => isAssigned([clause], someone({ status })));
    expect(inScope).toEqual(['active']);
  });

  it('is whoever every clause holds for, in any order; another clause never lets anybody in', () => {
    const clauses = fc.array(
      fc.oneof(
        fc.constantFrom(tag('a'), tag('a', 'x'), tag('b', 'x', 'y')),
        fc.constantFrom(attribute('c'), attribute('c', 'z')),
      ),
    );
    const users = fc.record({
      tags: fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom('x', 'y', '')),
      attributes: fc.dictionary(fc.constant('c'), fc.constantFrom('z', 1, true)),
    });
    fc.assert(
      fc.property(clauses, users, (rule, given) => {
        const user = someone(given);
        const inScope = isAssigned(rule, user);
        expect(isAssigned(rule.toReversed(), user)).toBe(inScope);
        expect(inScope).toBe(rule.every((clause) => isAssigned([clause], user)));
      }),
    );
  });
});

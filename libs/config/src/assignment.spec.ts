import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AssignmentRule, type AssignmentSubject, TEXT_ATTRIBUTES } from '#domain';
import { readAssignment, spellAssignment } from './assignment.js';

function ruleOf(text: string): AssignmentRule {
  const read = readAssignment(text);
  if ('remedy' in read) throw new Error(`${read.rule}; ${read.remedy}`);
  return read;
}

describe('an assignment rule', () => {
  it('reads as conditions, with the values of each', () => {
    expect(
      ruleOf(' tags.team = red , blue;attributes.department=Sales;email; status=active; tags.vip '),
    ).toEqual([
      { subject: { kind: 'tags', name: 'team' }, values: ['red', 'blue'] },
      { subject: { kind: 'attributes', name: 'department' }, values: ['Sales'] },
      { subject: { kind: 'text', name: 'email' }, values: null },
      { subject: { kind: 'status' }, values: ['active'] },
      { subject: { kind: 'tags', name: 'vip' }, values: null },
    ]);
  });

  it('takes anything in quotes, and the empty value', () => {
    expect(ruleOf('company="Acme, ""Best""; Co=1", Other ; tags."a;b=c"="";')).toEqual([
      { subject: { kind: 'text', name: 'company' }, values: ['Acme, "Best"; Co=1', 'Other'] },
      { subject: { kind: 'tags', name: 'a;b=c' }, values: [''] },
    ]);
  });

  it.each([
    ['', 'names nothing', 'everybody'],
    [' ; ', 'asks for nothing', 'known are'],
    ['tag.team=red', 'asks for tag.team, which no user has', 'did you mean tags.<name>?'],
    ['Email', 'asks for Email, which no user has', 'did you mean email?'],
    ['tags.', 'asks for tags.', 'tags.<name>'],
    ['tags.team=', 'empty', 'leave = out'],
    ['tags.team=red,,blue', 'empty', 'separated by commas'],
    ['tags.team=re"d"', 'quoted in part', 'separated by commas'],
    ['tags.team="red', 'quote that is not closed', 'close it'],
    ['tags.team=a=b', 'more than one =', 'double quotes'],
    ['email=a tags.b=c', 'more than one =', '; between conditions'],
    ['tags.team=red; tags."team"=blue', 'names tags.team twice', 'in one condition'],
    ['status', 'must list statuses', 'status=active'],
    ['status=deactivated', 'nobody would be in scope', 'status=active'],
    ['status=active,deleted', 'must list statuses', 'active and deactivated'],
    ['tags.a\n=b', 'control characters', 'correct it'],
    ['externalKey=k1', 'asks for externalKey', 'known are'],
  ])('%j is refused with the rule that it breaks and what to do', (text, rule, remedy) => {
    expect(readAssignment(text)).toEqual({
      rule: expect.stringContaining(rule),
      remedy: expect.stringContaining(remedy),
    });
  });

  it('does not repeat a value in its problem', () => {
    for (const text of ['tags.team="secret', 'tags.team=a=secret', 'tags.team=secret,', 'status=secret']) {
      expect(JSON.stringify(readAssignment(text))).not.toContain('secret');
    }
  });

  it('spelt and read again is the same rule', () => {
    const anyText = fc.string({
      unit: fc.constantFrom('a', 'B', ' ', ';', ',', '=', '"', '.', 'é'),
      maxLength: 6,
    });
    const named = (kind: 'tags' | 'attributes'): fc.Arbitrary<AssignmentSubject> =>
      anyText.filter((name) => name !== '').map((name) => ({ kind, name }));
    const subject = fc.oneof(
      named('tags'),
      named('attributes'),
      fc.constantFrom(...TEXT_ATTRIBUTES).map((name): AssignmentSubject => ({ kind: 'text', name })),
    );
    const clause = fc.record({
      subject,
      values: fc.option(fc.array(anyText, { minLength: 1, maxLength: 3 })),
    });
    const rules = fc.uniqueArray(clause, {
      minLength: 1,
      maxLength: 4,
      selector: (one) => JSON.stringify(one.subject),
    });
    fc.assert(
      fc.property(rules, (rule) => {
        expect(ruleOf(spellAssignment(rule))).toEqual(rule);
      }),
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import { fieldFaults } from './faults.js';
import { importRowSchema, newUserSchema, patchSchema, replacementSchema } from './schema.js';

function faultsOf(field: string, value: unknown): string[] {
  const given = { externalKey: 'k', [field]: value };
  const parsed = newUserSchema.safeParse(given);
  return parsed.success ? [] : fieldFaults(parsed.error).map((fault) => `${fault.field}: ${fault.rule}`);
}

const ACCEPTED: readonly (readonly [string, unknown, string])[] = [
  ['email', 'ana@example.com', 'plain'],
  ['email', 'ana+news@example.com', 'a plus tag is part of the address'],
  ['email', "o'brien@example.com", 'an apostrophe'],
  ['email', 'a..b@example.com', 'some carriers hand such addresses out'],
  ['email', 'jörg@bücher.example', 'an internationalised domain, as given'],
  ['email', 'ana@xn--bcher-kva.example', 'the ASCII spelling of one'],
  ['email', '用户@例子.广告', 'no Latin letter at all'],
  ['email', 'аna@example.com', 'a homograph is another address'],
  ['email', `${'x'.repeat(64)}@${'y'.repeat(60)}.${'z'.repeat(60)}.example`, 'a long one within every bound'],
  ['phone', '+41446681800', 'a fixed line'],
  ['phone', '+390236618300', 'Italian numbers keep their zero'],
  ['givenName', 'X', 'one letter'],
  ['familyName', '  de la Cruz ', 'spaces at the ends are kept'],
  ['displayName', '👩‍🚀 Renée', 'joined emoji'],
  ['displayName', 'ب‌ب', 'a non-joiner'],
  ['locale', 'pt-BR', 'language and region'],
  ['locale', 'zh-Hant-TW', 'with a script'],
  ['avatarUrl', 'https://cdn.example.com/a.png?x=1', 'https'],
  ['avatarUrl', 'http://203.0.113.7/a.png', 'a public address'],
  ['attributes', { badge: 'A-1', level: 3, remote: false }, 'text, number and boolean'],
  ['tags', { team: 'core', vip: '' }, 'a tag without a value'],
  ['externalKey', 'ana@example.com', 'an email as key'],
  ['externalKey', 'Müller/7 ☃', 'any printable text'],
];

const REFUSED: readonly (readonly [string, unknown, string])[] = [
  ['email', 'a@b', 'no dot'],
  ['email', '"a b"@example.com', 'quoted local part'],
  ['email', 'a@[192.0.2.1]', 'address literal'],
  ['email', 'ana@example.com.', 'dot at the end'],
  ['email', 'ana@exam ple.com', 'space'],
  ['email', 'a@b@example.com', 'two signs'],
  ['email', '@example.com', 'nothing before'],
  ['email', 'ana@-x.com', 'hyphen at the start of a part'],
  ['email', 'ana@example.com\r\nBcc: x@example.com', 'header injection'],
  ['email', 'ana@example.com,bob@example.com', 'a list'],
  ['email', '\u202eana@example.com', 'text direction mark'],
  ['email', `${'x'.repeat(65)}@example.com`, 'long local part'],
  ['email', `a@${'y.'.repeat(160)}com`, 'more than 320'],
  ['email', '', 'empty'],
  ['phone', '0446681800', 'national'],
  ['phone', '+41 44 668 18 00', 'spaces'],
  ['phone', '+410446681800', 'national prefix after the country code'],
  ['phone', '+999123456789', 'no such country code'],
  ['phone', '+4144', 'too short'],
  ['phone', '+٤١٤٤٦٦٨١٨٠٠', 'digits of another script'],
  ['givenName', 'a\u0000b', 'NUL'],
  ['givenName', 'a\ud83d', 'half of a surrogate pair'],
  ['givenName', 'a\ufffe', 'noncharacter'],
  ['givenName', 'a\u0007', 'control character'],
  ['givenName', 'x'.repeat(257), 'too long'],
  ['givenName', '   ', 'blank'],
  ['givenName', 7, 'a number'],
  ['locale', 'pt_BR', 'underscore'],
  ['locale', 'x'.repeat(70), 'no tag'],
  ['avatarUrl', 'javascript:alert(1)', 'script'],
  ['avatarUrl', 'file:///etc/passwd', 'file'],
  ['avatarUrl', 'http://169.254.169.254/latest', 'metadata service'],
  ['avatarUrl', 'http://0x7f.1/', 'loopback, spelt otherwise'],
  ['avatarUrl', 'http://[::1]/', 'loopback'],
  ['avatarUrl', 'http://[::ffff:10.0.0.1]/', 'a private address inside IPv6'],
  ['avatarUrl', 'http://localhost/', 'this machine'],
  ['avatarUrl', 'http://intranet/', 'a name without a dot'],
  ['avatarUrl', 'https://user:pass@example.com/', 'user name and password'],
  ['avatarUrl', `https://example.com/${'x'.repeat(8192)}`, '8 KB'],
  ['attributes', { constructor: 'x' }, 'reserved key'],
  ['attributes', JSON.parse('{"__proto__":"x"}'), 'prototype'],
  ['attributes', { 'a b': 'x' }, 'key with a space'],
  ['attributes', { a: { b: 1 } }, 'nested'],
  ['attributes', { a: 'x'.repeat(1025) }, 'long value'],
  ['attributes', { a: Number.POSITIVE_INFINITY }, 'no finite number'],
  ['attributes', { a: null }, 'null where everything is replaced'],
  ['attributes', Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`k${at}`, 1])), '51 entries'],
  ['attributes', ['a'], 'a list'],
  ['tags', { ['t'.repeat(65)]: '' }, 'long name'],
  ['tags', { team: 'x'.repeat(257) }, 'long value'],
  ['externalKey', '..', 'path segment'],
  ['externalKey', 'deleted', 'reserved word'],
  ['externalKey', 'me', 'reserved word'],
  ['externalKey', ' 7', 'white space at an end'],
  ['externalKey', 'é'.repeat(129), '258 bytes'],
  ['externalKey', '', 'empty'],
];

describe('the door of the roster', () => {
  it.each(ACCEPTED)('F15 I17 takes %s %j: %s', (field, value) => {
    expect(faultsOf(field, value)).toEqual([]);
    const parsed = newUserSchema.parse({ externalKey: 'k', [field]: value });
    expect(parsed[field as keyof typeof parsed]).toEqual(value);
  });

  it.each(REFUSED)('F15 I17 I18 I19 refuses %s %j: %s', (field, value) => {
    const faults = faultsOf(field, value);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(new RegExp(`^${field}`));
  });

  it('I08 names unknown fields, those that only we may set among them', () => {
    const parsed = newUserSchema.safeParse({ externalKey: 'k', id: 1, status: 'purged', role: 'admin' });
    const faults = parsed.success ? [] : fieldFaults(parsed.error);
    expect(faults.map((fault) => [fault.field, fault.code])).toEqual([
      ['id', 'unknown_field'],
      ['status', 'unknown_field'],
      ['role', 'unknown_field'],
    ]);
  });

  it('says what is missing, and of what type a field must be', () => {
    const parsed = newUserSchema.safeParse({ phone: 41 });
    const faults = parsed.success ? [] : fieldFaults(parsed.error);
    expect(faults).toEqual([
      { field: 'externalKey', code: 'missing', rule: 'is required' },
      { field: 'phone', code: 'wrong_type', rule: 'must be of type string' },
    ]);
  });

  it('never repeats a value that it refuses', () => {
    const secret = 'kaboom\u0000';
    const parsed = newUserSchema.safeParse({ externalKey: secret, email: secret, attributes: { a: secret } });
    expect(JSON.stringify(parsed.success ? [] : fieldFaults(parsed.error))).not.toContain('kaboom');
  });

  it('lets null delete an entry in a patch, and only there', () => {
    expect(patchSchema.safeParse({ attributes: { a: null }, tags: { t: null } }).success).toBe(true);
    expect(importRowSchema.safeParse({ externalKey: 'k', attributes: { a: null } }).success).toBe(true);
    expect(replacementSchema.safeParse({ tags: { t: null } }).success).toBe(false);
  });
});

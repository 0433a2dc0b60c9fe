import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { isPossiblePhoneNumber } from 'libphonenumber-js';
import { readRoster, writeRoster } from './csv.js';
import { exampleRoster } from './generate.js';
import type { RosterRow } from './row.js';

const roster = exampleRoster();
const keysOf = (chosen: (row: RosterRow) => boolean): string[] =>
  roster.filter(chosen).map((row) => row.externalKey);

function sharedBy(column: 'email' | 'phone'): number[] {
  const holders = new Map<string, number>();
  for (const value of roster.map((row) => row[column].toLowerCase()).filter((text) => text !== '')) {
    holders.set(value, (holders.get(value) ?? 0) + 1);
  }
  return [...holders.values()].filter((count) => count > 1).sort((a, b) => a - b);
}

describe('the example roster', () => {
  it('is what its generator makes: the file that is kept and the code agree', async () => {
    const file = await readFile(new URL('../../examples/roster.csv', import.meta.url), 'utf8');
    expect(file).toBe(writeRoster(roster));
  });

  it('comes back from CSV as it was, with commas, quotes and every script', () => {
    expect(readRoster(writeRoster(roster))).toEqual(roster);
  });

  it('is refused with another header', () => {
    expect(() => readRoster('externalKey,mail\nx,y\n')).toThrow(/starts with the line externalKey,email/);
  });

  it('has at least 1,200 people, each with a key of their own', () => {
    expect(roster.length).toBeGreaterThanOrEqual(1200);
    expect(new Set(roster.map((row) => row.externalKey)).size).toBe(roster.length);
  });

  it.each([
    ['Greek', /\p{Script=Greek}/u],
    ['Cyrillic', /\p{Script=Cyrillic}/u],
    ['Arabic', /\p{Script=Arabic}/u],
    ['Hebrew', /\p{Script=Hebrew}/u],
    ['Han', /\p{Script=Han}/u],
    ['Hiragana', /\p{Script=Hiragana}/u],
    ['Katakana', /\p{Script=Katakana}/u],
    ['Hangul', /\p{Script=Hangul}/u],
    ['Devanagari', /\p{Script=Devanagari}/u],
    ['Tamil', /\p{Script=Tamil}/u],
    ['Bengali', /\p{Script=Bengali}/u],
    ['Thai', /\p{Script=Thai}/u],
    ['Georgian', /\p{Script=Georgian}/u],
    ['Armenian', /\p{Script=Armenian}/u],
    ['Ethiopic', /\p{Script=Ethiopic}/u],
    ['Khmer', /\p{Script=Khmer}/u],
    ['Thaana', /\p{Script=Thaana}/u],
    ['Latin with marks', /[À-ÖØ-öø-ž]/u],
  ])('has names written in %s', (_script, letters) => {
    expect(keysOf((row) => letters.test(row.givenName + row.familyName)).length).toBeGreaterThan(0);
  });

  it.each<[string, number, (row: RosterRow) => boolean]>([
    ['one-letter given names', 5, (row) => row.givenName.length === 1],
    ['one-letter family names', 5, (row) => row.familyName.length === 1],
    ['two-letter names', 3, (row) => row.givenName.length === 2],
    ['mononyms', 2, (row) => row.givenName !== '' && row.familyName === ''],
    ['people without an email', 20, (row) => row.email === ''],
    ['people with neither email nor phone', 3, (row) => row.email === '' && row.phone === ''],
    ['leavers', 40, (row) => row.status === 'deactivated'],
    ['plus signs in emails', 1, (row) => row.email.includes('+')],
    ['apostrophes in emails', 1, (row) => row.email.includes("'")],
    ['upper case in emails', 2, (row) => row.email !== row.email.toLowerCase()],
    ['apostrophes in names', 10, (row) => row.familyName.includes("'")],
    ['hyphens in names', 10, (row) => (row.givenName + row.familyName).includes('-')],
    ['names over 50 characters', 5, (row) => Math.max(row.givenName.length, row.familyName.length) > 50],
    ['names over 128 characters', 2, (row) => Math.max(row.givenName.length, row.familyName.length) > 128],
    ['emoji in display names', 3, (row) => /\p{Extended_Pictographic}/u.test(row.displayName)],
    ['right-to-left display names', 20, (row) => /[\u0590-\u08ff]/.test(row.displayName)],
    ['decomposed names', 1, (row) => row.givenName !== row.givenName.normalize('NFC')],
    ['companies of one letter', 1, (row) => row.company.length === 1],
    ['a key of 24 hex digits', 1, (row) => /^[0-9a-f]{24}$/i.test(row.externalKey)],
    [
      'a key with a colon, a slash and letters beyond ASCII',
      1,
      (row) => /:.*\/.*[^\0-\x7f]/.test(row.externalKey),
    ],
    ['a key with an at sign', 1, (row) => row.externalKey.includes('@')],
    ['a key with a space', 1, (row) => row.externalKey.includes(' ')],
  ])('has %s (at least %i)', (_kind, atLeast, is) => {
    expect(keysOf(is).length).toBeGreaterThanOrEqual(atLeast);
  });

  it('has locales of many kinds, all well formed', () => {
    const locales = new Set(roster.map((row) => row.locale).filter((locale) => locale !== ''));
    expect(locales.size).toBeGreaterThan(40);
    expect([...locales].filter((locale) => Intl.getCanonicalLocales(locale)[0] !== locale)).toEqual([]);
  });

  it('has phones that a directory may hold, all E.164', () => {
    const phones = roster.map((row) => row.phone).filter((phone) => phone !== '');
    expect(
      phones.filter((phone) => !/^\+[1-9]\d{6,14}$/.test(phone) || !isPossiblePhoneNumber(phone)),
    ).toEqual([]);
  });

  it('writes mail to domains that are kept for examples only', () => {
    expect(keysOf((row) => row.email !== '' && !/[@.]example\.(com|org)$/i.test(row.email))).toEqual([]);
  });

  it('shares phones in families and at a front desk, and an email only between couples', () => {
    expect(sharedBy('phone')).toEqual([2, 2, 2, 3, 4, 12]);
    expect(sharedBy('email')).toEqual([2, 2]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { driftPolicyOf } from '#identity-provider';
import { readDrift } from './drift.js';

const PATHS = ['profile.email', 'profile.locale'];

describe('what becomes of drift at an instance', () => {
  it.each([
    [null, 'enforce', 'enforce'],
    ['report', 'report', 'report'],
    ['profile.locale=ignore', 'enforce', 'ignore'],
    [' report , profile.email = enforce ', 'enforce', 'report'],
  ])('%j', (text, email, locale) => {
    const { drift, problems } = readDrift(PATHS, text);
    expect(problems).toEqual([]);
    expect(PATHS.map((path) => driftPolicyOf(drift, path))).toEqual([email, locale]);
  });

  it.each([
    ['sometimes', 'is not understood'],
    ['profile.email=', 'is not understood'],
    ['profile.email=report=ignore', 'is not understood'],
    ['metadata.tier=report', 'names an attribute that is not managed there'],
    ['profile.email=report,profile.email=ignore', 'names an attribute twice'],
  ])('%j is refused', (text, rule) => {
    expect(readDrift(PATHS, text).problems).toMatchObject([{ name: 'DRIFT', rule }]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { SettingsError } from '#config';
import { whyNotStarted } from './why-not-started.js';

describe('the line of a process that did not start', () => {
  it('names the setting when the database cannot be reached', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
    expect(whyNotStarted(refused)).toBe(
      'the database at DATABASE_URL cannot be used (connect ECONNREFUSED 127.0.0.1:1)',
    );
  });

  it('says something of an error without a message: a name with several addresses, all of which refuse', () => {
    const refused = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
    expect(whyNotStarted(refused)).toBe('the database at DATABASE_URL cannot be used (ECONNREFUSED)');
  });

  it('says what we say ourselves in our own words alone', () => {
    const error = new SettingsError([
      { name: 'ROLLCALL_PORT', rule: 'must be a port', remedy: 'correct it' },
    ]);
    expect(whyNotStarted(error)).toBe(error.message);
    expect(whyNotStarted('odd')).toBe('odd');
  });
});

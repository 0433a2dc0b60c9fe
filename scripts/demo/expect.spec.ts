import { describe, expect, it } from '@jest/globals';
import { exampleRoster } from '../roster/generate.js';
import { blankRow, type RosterRow } from '../roster/row.js';
import { expectAt, PROVIDERS, type Expected, type Provider } from './expect.js';

const ANA: RosterRow = {
  ...blankRow('ana'),
  email: 'Ana.Lima@Example.com',
  phone: '+5511999990000',
  givenName: 'Ana',
  familyName: 'Lima',
  displayName: 'Ana Lima',
  locale: 'pt-BR',
  avatarUrl: 'https://avatars.example.com/ana.png',
  company: 'Northwind Traders',
};

function expected(
  provider: Provider,
  changes: Partial<RosterRow>,
  others: readonly RosterRow[] = [],
): Expected {
  const row = { ...ANA, ...changes };
  const found = expectAt(provider, [row, ...others]).get(row.externalKey);
  if (found === undefined) throw new Error('nothing is expected of a person on the roster');
  return found;
}

describe('what each provider must hold', () => {
  it.each<[Provider, Record<string, string | null>]>([
    [
      'vault',
      {
        'metadata.account_name': 'Northwind Traders',
        'metadata.user_name': 'Ana Lima',
        'metadata.email': 'Ana.Lima@Example.com',
        'metadata.image': 'https://avatars.example.com/ana.png',
      },
    ],
    [
      'sunshine',
      {
        'profile.givenName': 'Ana',
        'profile.surname': 'Lima',
        'profile.email': 'Ana.Lima@Example.com',
        'profile.avatarUrl': 'https://avatars.example.com/ana.png',
        'profile.locale': 'pt-BR',
        'metadata.phone': '+5511999990000',
        'metadata.displayName': 'Ana Lima',
        'metadata.company': 'Northwind Traders',
      },
    ],
    ['passage', { email: 'ana.lima@example.com', phone: '+5511999990000' }],
    [
      'sendauth',
      {
        firstName: 'Ana',
        lastName: 'Lima',
        email: 'ana.lima@example.com',
        phone: '+5511999990000',
        'company.name': 'Northwind Traders',
      },
    ],
  ])('of an ordinary person, at %s', (provider, attributes) => {
    expect(expected(provider, {})).toEqual({ kind: 'account', attributes, contested: [] });
  });

  it.each<[string, Provider, Partial<RosterRow>, string]>([
    ['a given name of one letter', 'sendauth', { givenName: 'J' }, 'invalid(givenName)'],
    ['no family name', 'sendauth', { familyName: '' }, 'invalid(familyName)'],
    ['a family name of 51 letters', 'sendauth', { familyName: 'N'.repeat(51) }, 'invalid(familyName)'],
    ['a company of one letter', 'sendauth', { company: 'X' }, 'invalid(company)'],
    ['no email', 'sendauth', { email: '' }, 'no_lookup_key'],
    ['an email beyond ASCII', 'sendauth', { email: 'jörg@bücher.example' }, 'invalid(email)'],
    ['an email with doubled dots', 'sunshine', { email: 'a..b@example.com' }, 'invalid(email)'],
    ['neither email nor phone', 'passage', { email: '', phone: '' }, 'no_lookup_key'],
    [
      'a key of 24 hex digits',
      'sunshine',
      { externalKey: '5f9d88b5c3d2a1e0f4b6c789' },
      'invalid(externalKey)',
    ],
    ['a given name of 129 letters', 'sunshine', { givenName: 'O'.repeat(129) }, 'invalid(givenName)'],
  ])('parks somebody with %s at %s', (_what, provider, changes, reason) => {
    const found = expected(provider, changes);
    expect(found).toMatchObject({ kind: 'parked' });
    expect(found.kind === 'parked' && found.reasons).toContain(reason);
  });

  it.each<[string, Provider, Partial<RosterRow>]>([
    ['names of exactly 2 and 50 letters', 'sendauth', { givenName: 'Jo', familyName: 'F'.repeat(50) }],
    ['a given name of exactly 128 letters', 'sunshine', { givenName: 'M'.repeat(128) }],
    ['one-letter names', 'vault', { givenName: 'Y', familyName: 'O' }],
    ['a phone and no email', 'passage', { email: '' }],
  ])('holds somebody with %s at %s', (_what, provider, changes) => {
    expect(expected(provider, changes)).toMatchObject({ kind: 'account' });
  });

  it.each(PROVIDERS)('is nothing of a leaver at %s, however little there is to go by', (provider) => {
    const leaver = { ...blankRow('ana'), status: 'deactivated' };
    expect(expectAt(provider, [leaver]).get('ana')).toEqual({ kind: 'nothing' });
  });

  it('lets a shared phone be contested at passage, and nowhere else', () => {
    const sister = { ...ANA, externalKey: 'bia', email: 'bia@example.com' };
    const contested = PROVIDERS.filter((provider) => {
      const found = expected(provider, {}, [sister]);
      return found.kind === 'account' && found.contested.length > 0;
    });
    expect(contested).toEqual(['passage']);
  });

  it('lets a shared email be contested where it is unique, whatever its case', () => {
    const husband = { ...ANA, externalKey: 'ben', email: 'ana.lima@example.com', phone: '' };
    const contested = PROVIDERS.map((provider) => {
      const found = expected(provider, {}, [husband]);
      return found.kind === 'account' ? found.contested.map(({ attribute }) => attribute) : [];
    });
    expect(contested).toEqual([[], [], ['email'], ['email']]);
  });

  it('does not let a leaver contest the phone that somebody else has now', () => {
    const leaver = { ...ANA, externalKey: 'left', email: 'left@example.com', status: 'deactivated' };
    expect(expected('passage', {}, [leaver])).toMatchObject({ contested: [] });
  });

  it.each(PROVIDERS)('holds at least eight in ten of the example roster at %s', (provider) => {
    const all = [...expectAt(provider, exampleRoster()).values()];
    const held = all.filter(({ kind }) => kind === 'account').length;
    expect(held / all.length).toBeGreaterThan(0.8);
  });
});

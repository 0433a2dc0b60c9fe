import { describe, expect, it } from '@jest/globals';
import { blankRow, type RosterRow } from '../roster/row.js';
import { heldAccounts, type RawAccount } from './accounts.js';
import { differencesAt } from './verify.js';

const ANA: RosterRow = {
  ...blankRow('ana'),
  email: 'ana@example.com',
  phone: '+5511999990000',
  givenName: 'Ana',
  familyName: 'Lima',
  displayName: 'Ana Lima',
};
const BIA: RosterRow = { ...ANA, externalKey: 'bia', email: 'bia@example.com', givenName: 'Bia' };
const NONE = new Map<string, string>();

const atPassage = (id: string, row: RosterRow): RawAccount => ({
  id,
  email: row.email,
  phone: row.phone,
  status: 'active',
  state: 'live',
});
const atVault = (row: RosterRow): RawAccount => ({
  consumer_id: row.externalKey,
  metadata: { user_name: row.displayName, email: row.email },
  state: 'live',
});

describe('the verification against what the providers hold', () => {
  it('has nothing to say when everyone is held as expected', () => {
    const accounts = heldAccounts('vault', [atVault(ANA), atVault(BIA)]);
    expect(differencesAt('vault', [ANA, BIA], { accounts, parked: NONE })).toEqual([]);
  });

  it('names the attribute that differs, with both values', () => {
    const wrong = { ...atVault(ANA), metadata: { user_name: 'Ana', email: ANA.email } };
    const found = { accounts: heldAccounts('vault', [wrong]), parked: NONE };
    expect(differencesAt('vault', [ANA], found)).toEqual([
      'vault: ana: metadata.user_name is "Ana", not "Ana Lima"',
    ]);
  });

  it('misses an account that is not there', () => {
    const differences = differencesAt('vault', [ANA], { accounts: [], parked: NONE });
    expect(differences).toEqual(['vault: ana: has no account (not parked)']);
  });

  it('finds an account of nobody', () => {
    const accounts = heldAccounts('vault', [atVault(ANA), atVault({ ...ANA, externalKey: 'stranger' })]);
    const differences = differencesAt('vault', [ANA], { accounts, parked: NONE });
    expect(differences).toEqual(['vault: the account stranger stands for nobody, or for somebody twice']);
  });

  it('finds a second account of one person', () => {
    const accounts = heldAccounts('passage', [atPassage('p1', ANA), atPassage('p2', ANA)]);
    const differences = differencesAt('passage', [ANA], { accounts, parked: NONE });
    expect(differences).toContain('passage: the account p2 stands for nobody, or for somebody twice');
    expect(differences).toContain('passage: two accounts have the email "ana@example.com"');
  });

  it('accepts either holder of a shared phone, and the other one parked for it', () => {
    for (const [holder, loser] of [
      [ANA, BIA],
      [BIA, ANA],
    ] as const) {
      const found = {
        accounts: heldAccounts('passage', [atPassage('p1', holder)]),
        parked: new Map([[loser.externalKey, 'identifier_taken(phone)']]),
      };
      expect(differencesAt('passage', [ANA, BIA], found)).toEqual([]);
    }
  });

  it('takes the account of two people who have nothing but one phone for that of the one who is not parked', () => {
    const people = ['first', 'second'].map((externalKey) => ({ ...ANA, externalKey, email: '' }));
    for (const loser of people) {
      const found = {
        accounts: heldAccounts('passage', [atPassage('p1', { ...ANA, email: '' })]),
        parked: new Map([[loser.externalKey, 'identifier_taken(phone)']]),
      };
      expect(differencesAt('passage', people, found)).toEqual([]);
    }
  });

  it('does not accept that nobody holds a shared phone', () => {
    const parked = new Map([ANA, BIA].map((row) => [row.externalKey, 'identifier_taken(phone)']));
    expect(differencesAt('passage', [ANA, BIA], { accounts: [], parked })).toEqual([
      'passage: nobody holds the shared phone "+5511999990000"',
    ]);
  });

  it('tells a park for another reason from the one expected', () => {
    const found = { accounts: [], parked: new Map([['ana', 'invalid(familyName)']]) };
    expect(differencesAt('sendauth', [{ ...ANA, givenName: 'A' }], found)).toEqual([
      'sendauth: ana: is parked for invalid(familyName), not parked for invalid(givenName)',
    ]);
  });

  it('finds a leaver with an account, and one who is held but no longer live', () => {
    const leaver = { ...ANA, status: 'deactivated' };
    const live = heldAccounts('vault', [atVault(ANA)]);
    expect(differencesAt('vault', [leaver], { accounts: live, parked: NONE })).toEqual([
      'vault: ana: has the account ana, and should have none',
    ]);
    const suspended = heldAccounts('passage', [{ ...atPassage('p1', ANA), state: 'suspended' }]);
    expect(differencesAt('passage', [ANA], { accounts: suspended, parked: NONE })).toEqual([
      'passage: ana: is suspended, not live',
    ]);
  });

  it('does not take an account that is being deleted for one that is held', () => {
    expect(heldAccounts('sunshine', [{ id: 'a', externalId: 'ana', state: 'deleting' }])).toEqual([]);
  });
});

import { blankRow, type RosterRow } from './row.js';

/** People who have an email or a phone in common: a family, a front desk, a couple, a phone that a leaver had before. */
export function sharingPeople(): RosterRow[] {
  return [
    ...household('quispe', '+5115550123', ['Rosa', 'Julián', 'Túpac', 'Wayra']),
    ...household('nakamura', '+81355559001', ['健太', 'さくら', '花子']),
    ...household('al-amin', '+9714555100', ['Zainab', 'Omar']),
    ...frontDesk(12),
    ...couple('avery.blake', ['Avery', 'Blake']),
    ...couple('chris.and.dana', ['Chris', 'Dana']),
    person('handover-1', {
      phone: '+31205550001',
      givenName: 'Vera',
      familyName: 'Vertrokken',
      status: 'deactivated',
    }),
    person('handover-2', { phone: '+31205550001', givenName: 'Nico', familyName: 'Nieuw' }),
    person('mobile-1', { email: '', phone: '+31205550002', givenName: 'Mila', familyName: 'Telefoon' }),
    person('mobile-2', { email: '', phone: '+31205550002', givenName: 'Milo', familyName: 'Telefoon' }),
  ];
}

function household(name: string, phone: string, givenNames: readonly string[]): RosterRow[] {
  const familyName = name.charAt(0).toUpperCase() + name.slice(1);
  return givenNames.map((givenName, index) =>
    person(`family-${name}-${index + 1}`, { phone, givenName, familyName, company: '' }),
  );
}

function frontDesk(people: number): RosterRow[] {
  const clerks = ['Ida', 'Ola', 'Per', 'Eva', 'Liv', 'Jan', 'Åse', 'Kai', 'Una', 'Tor', 'Siv', 'Geir'];
  return clerks.slice(0, people).map((givenName, index) =>
    person(`frontdesk-${index + 1}`, {
      phone: '+4722555000',
      givenName,
      familyName: 'Skranke',
      locale: 'nb-NO',
    }),
  );
}

function couple(name: string, givenNames: readonly [string, string]): RosterRow[] {
  return givenNames.map((givenName, index) =>
    person(`couple-${name}-${index + 1}`, { email: `${name}@example.org`, givenName, familyName: 'Pair' }),
  );
}

function person(externalKey: string, known: Partial<RosterRow>): RosterRow {
  const { givenName = '', familyName = '' } = known;
  return {
    ...blankRow(externalKey),
    email: `${externalKey}@example.org`,
    displayName: `${givenName} ${familyName}`,
    locale: 'en',
    company: 'Northwind Traders',
    'attributes.costCenter': '4990',
    ...known,
  };
}

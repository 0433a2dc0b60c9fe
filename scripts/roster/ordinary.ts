import { LATIN_CULTURES } from './cultures-of-latin-script.js';
import { OTHER_CULTURES } from './cultures-of-other-scripts.js';
import type { Culture } from './culture.js';
import type { Draw } from './random.js';
import { blankRow, type RosterRow } from './row.js';

const CULTURES: readonly Culture[] = [...LATIN_CULTURES, ...OTHER_CULTURES];
const COMPANIES = [
  'Northwind Traders',
  'Bäckerei Lindqvist AB',
  'Müller, Söhne & Co. KG',
  '株式会社アオイ',
  'Société Générale d’Horlogerie',
  'The "Quoted" Company',
  '3M2',
];
const DEPARTMENTS = ['Sales', 'R&D', 'Finance', 'Støtte', 'Recursos Humanos', '開発部', 'Operations'];
const TAGS = ['team=blue', 'team=red;floor=3', 'contractor', 'site=Zürich;badge=A-17', 'oncall;team=red'];

const LEAVERS = 0.05;
const WITHOUT_EMAIL = 0.03;
const WITHOUT_PHONE = 0.25;

/** Makes `count` people as most directories hold them, evenly over the cultures. Keys and identifiers are unique. */
export function ordinaryPeople(count: number, draw: Draw): RosterRow[] {
  return Array.from({ length: count }, (_, index) => {
    const culture = CULTURES[index % CULTURES.length];
    if (culture === undefined) throw new RangeError('a roster needs a culture');
    return ordinaryPerson(index + 1, culture, draw);
  });
}

function ordinaryPerson(number: number, culture: Culture, draw: Draw): RosterRow {
  const givenName = draw.oneOf(culture.given);
  const familyName = draw.oneOf(culture.family);
  const digits = String(number).padStart(culture.phone.digits, '0').slice(-culture.phone.digits);
  return {
    ...blankRow(`emp-${String(number).padStart(5, '0')}`),
    email: draw.happens(WITHOUT_EMAIL) ? '' : emailOf(givenName, familyName, number),
    phone: draw.happens(WITHOUT_PHONE) ? '' : `${culture.phone.start}${digits}`,
    givenName,
    familyName,
    displayName: culture.display(givenName, familyName),
    locale: draw.oneOf(culture.locales),
    avatarUrl: draw.happens(0.5) ? `https://avatars.example.com/${number}.png` : '',
    company: draw.happens(0.8) ? draw.oneOf(COMPANIES) : '',
    status: draw.happens(LEAVERS) ? 'deactivated' : 'active',
    tags: draw.happens(0.3) ? draw.oneOf(TAGS) : '',
    'attributes.department': draw.happens(0.9) ? draw.oneOf(DEPARTMENTS) : '',
    'attributes.costCenter': draw.happens(0.7) ? String(4000 + draw.below(60) * 10) : '',
  };
}

/** The number in it keeps namesakes apart. */
function emailOf(givenName: string, familyName: string, number: number): string {
  const local = [givenName, familyName]
    .map(plainLetters)
    .filter((part) => part !== '')
    .join('.');
  return `${local === '' ? 'person' : local}.${number}@${number % 3 === 0 ? 'example.org' : 'example.com'}`;
}

function plainLetters(name: string): string {
  return name
    .normalize('NFD')
    .replaceAll(/[^A-Za-z]/g, '')
    .toLowerCase();
}

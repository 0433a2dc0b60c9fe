import { blankRow, type RosterRow } from './row.js';

/** What sets a person apart; everything else is filled in. */
type Peculiarity = Partial<Omit<RosterRow, 'externalKey'>>;

/** People who are one of a kind, in groups that say what is unusual about them. Emails and phones are unique here. */
const UNUSUAL: Readonly<Record<string, readonly Peculiarity[]>> = {
  oneLetterName: [
    { givenName: 'J', familyName: 'Doe', displayName: 'J Doe' },
    { givenName: 'Ø', familyName: 'Lindgren' },
    { givenName: 'Madonna', familyName: 'X', displayName: 'Madonna X' },
    { givenName: 'Y', familyName: 'O' },
    { givenName: '芳', familyName: '佐藤' },
  ],
  mononym: [
    { givenName: 'Sukarno', familyName: '', displayName: 'Sukarno' },
    { givenName: 'Björk', familyName: '', displayName: 'Björk' },
    { givenName: '', familyName: 'Teller', displayName: 'Teller' },
    { givenName: '', familyName: '', displayName: 'سوكارنو' },
    { givenName: '', familyName: '', displayName: '' },
  ],
  noEmail: [
    { email: '', givenName: 'Nora', familyName: 'Postlos' },
    { email: '', givenName: 'Émile', familyName: 'Sansadresse', locale: 'fr-FR' },
    { email: '', givenName: 'Γιάννης', familyName: 'Χωρίς', locale: 'el-GR' },
  ],
  noPhone: [{ phone: '', givenName: 'Petra', familyName: 'Ohnetelefon', locale: 'de-DE' }],
  unreachable: [
    { email: '', phone: '', givenName: 'Robin', familyName: 'Crusoe' },
    { email: '', phone: '', givenName: 'שולמית', familyName: 'אלוני', locale: 'he-IL' },
    { email: '', phone: '', givenName: '鈴木', familyName: '一朗', locale: 'ja-JP' },
  ],
  unusualEmail: [
    { email: 'ann+rollcall@example.com', givenName: 'Ann', familyName: 'Plus' },
    { email: "sean.o'neill@example.com", givenName: 'Seán', familyName: "O'Neill", locale: 'ga-IE' },
    { email: 'first.middle.last@sub.department.example.org', givenName: 'Dot', familyName: 'Dotson' },
    { email: 'Mixed.CASE@Example.COM', givenName: 'Casey', familyName: 'Mixed' },
    { email: 'UPPER@EXAMPLE.ORG', givenName: 'Upper', familyName: 'Case' },
    { email: 'a_b-c.d+e@example.org', givenName: 'Alphabet', familyName: 'Soup' },
    { email: 'x@example.org', givenName: 'Xavier', familyName: 'Short' },
    { email: '1234567890@example.com', givenName: 'Numa', familyName: 'Merical' },
    { email: `${'long'.repeat(15)}@example.com`, givenName: 'Longina', familyName: 'Mailer' },
  ],
  unusualName: [
    { givenName: 'Anne-Marie', familyName: "D'Oyly-Carte" },
    { givenName: 'Mary Jane', familyName: 'van der Berg-van den Heuvel', locale: 'nl-NL' },
    { givenName: 'Sammy', familyName: 'Davis, Jr.' },
    { givenName: 'Nick "The Nick"', familyName: "O'Quote" },
    { givenName: '=SUM(A1)', familyName: 'Formula' },
    { givenName: '<b>Bold</b>', familyName: 'Markup & Söhne' },
    { givenName: "Robert'); DROP TABLE users;--", familyName: 'Tables' },
    { givenName: 'null', familyName: 'Null' },
    { givenName: 'NaN', familyName: 'True' },
    { givenName: '%s%n', familyName: '${jndi:ldap}' },
    { givenName: 'Zoë'.normalize('NFD'), familyName: 'Nguyễn'.normalize('NFD'), locale: 'vi-VN' },
    { givenName: 'ﬁona', familyName: 'Ⅷ' + 'th', displayName: 'ﬁona the Ⅷth' },
    { givenName: 'İSTEMİ', familyName: 'IŞIK', locale: 'tr-TR' },
    { givenName: 'Li', familyName: 'Bo', displayName: 'Li Bo' },
    { givenName: 'Ng', familyName: 'Uy' },
  ],
  rightToLeft: [
    { givenName: 'ليلى', familyName: 'O’Hara', displayName: 'ليلى O’Hara (ليلى)', locale: 'ar-EG' },
    { givenName: 'דוד', familyName: 'Smith', displayName: '\u200fדוד Smith\u200f', locale: 'he-IL' },
    { givenName: 'ޢާއިޝަތު', familyName: 'ރަޝީދު', locale: 'dv-MV' },
  ],
  emoji: [
    { givenName: 'Ada', familyName: 'Sparkle', displayName: 'Ada ✨ Sparkle 🚀' },
    { givenName: 'Fam', familyName: 'Joiner', displayName: '👩‍👩‍👧‍👦 Fam Joiner' },
    { givenName: 'Fatima', familyName: 'Flag', displayName: 'Fatima 🇨🇭👋🏽' },
  ],
  longName: [
    { givenName: 'Wolfeschlegelsteinhausenbergerdorffwelchevoralternwaren', familyName: 'Hubert' },
    {
      givenName: 'Keihana',
      familyName: 'Keihanaikukauakahihuliheekahaunaelekeihanaikukauakahihuliheekahaunaele',
    },
    { givenName: 'Exactly', familyName: 'F'.repeat(50), displayName: 'Exactly Fifty' },
    { givenName: 'Nearly', familyName: 'N'.repeat(51), displayName: 'Nearly Fifty' },
    {
      givenName: 'Pablo Diego José Francisco de Paula Juan Nepomuceno Cipriano de la Santísima Trinidad',
      familyName: 'Ruiz',
    },
    { givenName: 'M'.repeat(128), familyName: 'Maximal', displayName: 'Maximal' },
    { givenName: 'O'.repeat(129), familyName: 'Over', displayName: 'Over' },
    {
      givenName: 'Taumata',
      familyName: 'whakatangihangakoauauotamatea'.repeat(5),
      locale: 'mi-NZ',
      displayName: 'Taumata',
    },
    { givenName: 'Short', familyName: 'Label', displayName: 'A very long display name '.repeat(10).trim() },
  ],
  unusualCompany: [
    { givenName: 'Otto', familyName: 'Einzel', company: 'X' },
    { givenName: 'Elon', familyName: 'Letter', company: '𝕏' },
    {
      givenName: 'Carla',
      familyName: 'Lang',
      company: 'Donaudampfschifffahrtsgesellschaft '.repeat(4).trim(),
    },
  ],
  unusualLocale: [
    { givenName: 'Ana', familyName: 'Serbian', locale: 'sr-Latn-RS' },
    { givenName: 'Walser', familyName: 'Private', locale: 'de-CH-1996' },
    { givenName: 'Cantor', familyName: 'Extended', locale: 'zh-Hant-HK-u-ca-chinese' },
    { givenName: 'Tri', familyName: 'Letter', locale: 'gsw' },
    { givenName: 'No', familyName: 'Locale', locale: '' },
  ],
  leaver: [
    { givenName: 'Lea', familyName: 'Vergangen', status: 'deactivated' },
    { givenName: 'J', familyName: 'Gone', status: 'deactivated' },
    { email: '', phone: '', givenName: 'Nobody', familyName: 'Left', status: 'deactivated' },
  ],
};

/** Keys as other systems mint them: the others are plain numbers. */
const UNUSUAL_KEYS: readonly string[] = [
  'hr:eu/zürich:4711',
  'account:12345',
  'jane.doe@example.com/primary',
  'key with spaces',
  'Ключ-работника-42',
  '社員/一号',
  '5f9d88b5c3d2a1e0f4b6c789',
  '5F9D88B5C3D2A1E0F4B6C78A',
  '100%+done?#frag=1&x',
  "o'key",
  '...',
  'C:\\users\\ada',
  '01963f3c-7e0a-7cc3-8000-00805f9b34fb',
  'k'.repeat(250),
];

/** Everyone who is one of a kind. Without a peculiarity that says so, each has an email and a phone of their own. */
export function unusualPeople(): RosterRow[] {
  const peculiar = Object.entries(UNUSUAL).flatMap(([kind, people]) =>
    people.map((peculiarity, index) => fill(`${kind}-${index + 1}`, peculiarity)),
  );
  const keyed = UNUSUAL_KEYS.map((key, index) => ({
    ...fill(`key-${index + 1}`, {
      givenName: 'Kei',
      familyName: `Schlüssel-${'abcdefghijklmnop'.charAt(index)}`,
    }),
    externalKey: key,
  }));
  return [...peculiar, ...keyed].map((row, index) => ({
    ...row,
    phone: row.phone === '?' ? phoneOf(index) : row.phone,
  }));
}

function fill(externalKey: string, peculiarity: Peculiarity): RosterRow {
  const { givenName = '', familyName = '' } = peculiarity;
  return {
    ...blankRow(externalKey),
    email: `${externalKey.toLowerCase()}@example.com`,
    phone: '?',
    displayName: [givenName, familyName].filter((name) => name !== '').join(' '),
    locale: 'en-GB',
    'attributes.department': 'Curiosities',
    ...peculiarity,
  };
}

function phoneOf(index: number): string {
  return `+41446681${String(index).padStart(3, '0')}`;
}

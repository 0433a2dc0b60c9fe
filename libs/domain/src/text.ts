/** Why a text is refused. Text is stored as given or refused, never altered. */
export type TextFault =
  'holds NUL' | 'holds a control character' | 'holds half of a surrogate pair' | 'holds a noncharacter';

// Postgres refuses NUL and stores a lone surrogate as U+FFFD, which would then differ from what was given for ever.
// eslint-disable-next-line no-control-regex -- control characters are what this looks for
const CONTROL = /[\u0001-\u001f\u007f-\u009f]/;
const NONCHARACTER = /[\ufdd0-\ufdef\ufffe\uffff]/;

/** The first fault of a text, or `null` when it may be stored. */
export function findTextFault(text: string): TextFault | null {
  if (text.includes('\u0000')) return 'holds NUL';
  if (!text.isWellFormed()) return 'holds half of a surrogate pair';
  if (CONTROL.test(text)) return 'holds a control character';
  if (NONCHARACTER.test(text)) return 'holds a noncharacter';
  return null;
}

/**
 * The key under which two spellings of one email are the same person's: NFC and lower case.
 * Kept beside the email, never in its place.
 */
export function emailKey(email: string): string {
  return email.normalize('NFC').toLowerCase();
}

import { parsePhoneNumberFromString } from 'libphonenumber-js/core';
import metadata from 'libphonenumber-js/metadata.min';

const E164 = /^\+[1-9]\d{5,14}$/;

/**
 * The first rule that a phone number breaks, or `null`. Strict E.164: a plus and 6 to 15 digits, nothing else.
 *
 * The number has to be possible (country code known, length right for it), not valid: numbering plans change faster
 * than any library's copy of them, and a real person's new number would be refused. A national prefix after the
 * country code (`+44 0...`) is refused, since it is not part of the number.
 * @see https://gitlab.com/catamphetamine/libphonenumber-js#ispossible--boolean
 */
export function findPhoneFault(phone: string): string | null {
  if (!E164.test(phone))
    return 'must be E.164: a plus sign, country code and digits only, such as +41446681800';
  const parsed = parsePhoneNumberFromString(phone, metadata);
  if (parsed?.isPossible() !== true) return 'must have a known country code and a length possible there';
  return parsed.number === phone ? null : 'must not hold a national prefix after the country code';
}

const EMAIL =
  /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z\d](?:[a-z\d-]*[a-z\d])?$/i;

/**
 * Whether a text is what a description means by `format: email`: a dot-atom at a domain name, both ASCII. Quoted local
 * parts and address literals, which the format would allow, are nobody's address.
 * @see JSON Schema Validation 7.3.2 (`idn-email`, which this is not, is the one beyond ASCII); RFC 5321 4.1.2
 */
export function isEmail(text: string): boolean {
  return EMAIL.test(text);
}

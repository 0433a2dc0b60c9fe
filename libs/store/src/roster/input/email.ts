const MAX_EMAIL = 320;
const MAX_LOCAL_BYTES = 64;
// Joiners (U+200C, U+200D) and the middle dot belong to the spelling of some languages' names (RFC 5892 A.1 to A.3).
const DOMAIN_LABEL = /^[\p{L}\p{N}](?:(?:[\p{L}\p{M}\p{N}\u00b7-]|\u200c|\u200d){0,61}[\p{L}\p{M}\p{N}])?$/u;
// Quoted local parts, comments and address lists: everything that a mail header would read as structure.
const STRUCTURE = /[\s\p{Z}"(),:;<>[\\\]]/u;
// These reorder the text around them, so that what a person reads is not what is stored.
const BIDI_CONTROL = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/**
 * The first rule that an email breaks, or `null`. The verdicts:
 *
 * | given                          | verdict                                                                  |
 * | ------------------------------ | ------------------------------------------------------------------------ |
 * | `ana@example.com`              | accepted                                                                 |
 * | `ana+news@example.com`         | accepted, tag kept: another mailbox for us, and for every provider       |
 * | `o'brien@example.com`          | accepted                                                                 |
 * | `a..b@example.com`             | accepted: some carriers hand such addresses out                          |
 * | `jörg@bücher.example`          | accepted as given (RFC 6531); never turned into punycode                 |
 * | `ana@xn--bcher-kva.example`    | accepted as given; not the same as its Unicode spelling                  |
 * | `аna@example.com` (Cyrillic)   | accepted: a homograph is another address, and is never folded            |
 * | `a@b`                          | refused: a host without a dot means something only on its own network    |
 * | `"a b"@example.com`, `a@[1.2.3.4]` | refused: quoting and literals are where header injection hides       |
 * | `a@example.com.`               | refused: providers strip the dot and then differ for ever                |
 * | `a@b@example.com`, `@x.com`    | refused: exactly one `@`, with text on both sides                        |
 * | CR, LF, any control character  | refused before this check (mail header injection)                        |
 * | more than 320 characters       | refused; so are more than 64 bytes before the `@`                        |
 */
export function findEmailFault(email: string): string | null {
  if (email.length > MAX_EMAIL) return `must have at most ${MAX_EMAIL} characters; shorten it`;
  if (BIDI_CONTROL.test(email)) return 'must not hold text direction marks; remove them';
  if (STRUCTURE.test(email)) return 'must be one plain address without spaces, quotes, brackets or lists';
  const [local = '', domain, ...more] = email.split('@');
  if (domain === undefined || more.length > 0) return 'must hold exactly one "@"';
  if (local === '') return 'must have a name before the "@"';
  if (Buffer.byteLength(local) > MAX_LOCAL_BYTES) {
    return `must have at most ${MAX_LOCAL_BYTES} bytes before the "@"`;
  }
  return findDomainFault(domain);
}

function findDomainFault(domain: string): string | null {
  const labels = domain.split('.');
  if (labels.length < 2) return 'must have a domain with a dot, such as example.com';
  return labels.every((label) => DOMAIN_LABEL.test(label))
    ? null
    : 'must have a domain of letters, digits and inner hyphens, without empty parts or a dot at its end';
}

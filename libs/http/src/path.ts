import { ProviderError } from '#identity-provider';

/** Where a provider is: its origin, and the path below which everything we may address lies. */
export interface Base {
  readonly origin: string;
  /** Without a trailing slash; empty at the root. */
  readonly prefix: string;
}

/** @throws TypeError when the text is not a URL */
export function parseBase(baseUrl: string): Base {
  const url = new URL(baseUrl);
  return { origin: url.origin, prefix: url.pathname.replace(/\/+$/, '') };
}

/** Nothing in such a segment has to be encoded, and nothing that parses a URL can take it for anything else. */
const PLAIN_SEGMENT = /^[\w-]+$/;

/**
 * Builds path and query of a request.
 *
 * Percent-encoding alone is not enough: `encodeURIComponent('..')` is `..`, and URL parsing folds it away, so that a
 * delete of a user becomes a delete of the app above it. What was built is therefore parsed again and must still have
 * the base's prefix and as many segments as were asked for. Plain segments cannot be folded, and are spared that.
 * @throws ProviderError `invalid` before anything is sent; names the rule, never the value
 */
export function buildPath(
  base: Base,
  segments: readonly string[],
  query: Readonly<Record<string, string | number>> = {},
): string {
  const isPlain = segments.every((segment) => PLAIN_SEGMENT.test(segment));
  const path = isPlain ? `${base.prefix}/${segments.join('/')}` : encodePath(base, segments);
  return path + encodeQuery(query);
}

function encodePath(base: Base, segments: readonly string[]): string {
  const path = `${base.prefix}/${segments.map(encodeSegment).join('/')}`;
  const { pathname } = new URL(base.origin + path);
  const expected = base.prefix.split('/').length + segments.length;
  if (!pathname.startsWith(`${base.prefix}/`) || pathname.split('/').length !== expected) {
    throw new ProviderError('invalid', { reason: 'path_escapes_its_place' });
  }
  return path;
}

function encodeSegment(segment: string): string {
  if (segment === '' || segment === '.' || segment === '..') {
    throw new ProviderError('invalid', { reason: 'path_segment_refused' });
  }
  if (!segment.isWellFormed()) throw new ProviderError('invalid', { reason: 'path_segment_not_encodable' });
  return encodeURIComponent(segment);
}

function encodeQuery(query: Readonly<Record<string, string | number>>): string {
  const pairs = Object.entries(query);
  if (pairs.length === 0) return '';
  const encoded = pairs.map(([name, value]) => {
    const text = String(value);
    // Sent as it is, half a surrogate pair would silently become U+FFFD and search for somebody else.
    if (!text.isWellFormed()) throw new ProviderError('invalid', { reason: 'query_not_encodable' });
    return `${encodeURIComponent(name)}=${encodeURIComponent(text)}`;
  });
  return `?${encoded.join('&')}`;
}

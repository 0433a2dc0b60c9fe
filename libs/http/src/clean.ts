const REPLACEMENT = '\uFFFD';

// Both can only come as escapes: as they are, JSON forbids the one and UTF-8 the other.
const SUSPICIOUS = /\\u(?:0000|d[89a-f])/i;

/**
 * Replaces by U+FFFD, in every string and key of a parsed text, NUL and halves of surrogate pairs: a database refuses
 * them, and one bad account would hold up all that are written with it. All else stays as it came, line breaks among
 * it: an update sends back what it does not manage, and must not alter it.
 * Most answers hold none, which one look at the unparsed text tells.
 */
export function cleanText(unparsed: string, parsed: unknown): unknown {
  return SUSPICIOUS.test(unparsed) ? cleanTree(parsed) : parsed;
}

/** Walks with a list of its own and not by recursion, so that deep nesting costs no stack. */
function cleanTree(root: unknown): unknown {
  const box = { root };
  const pending: object[] = [box];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    for (const [key, value] of Object.entries(node)) {
      const cleaned: unknown = typeof value === 'string' ? clean(value) : value;
      if (typeof cleaned === 'object' && cleaned !== null) pending.push(cleaned);
      place(node, key, cleaned);
    }
  }
  return box.root;
}

/** Defines and never assigns: a key `__proto__` must stay a key. */
function place(node: object, key: string, value: unknown): void {
  const cleanKey = clean(key);
  if (cleanKey !== key) Reflect.deleteProperty(node, key);
  Object.defineProperty(node, cleanKey, { value, writable: true, enumerable: true, configurable: true });
}

function clean(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', REPLACEMENT);
}

const REPLACEMENT = '\uFFFD';

// What may stand in a text that needs cleaning: any escape but \" \\ \/, or one of the characters as it is.
const SUSPICIOUS = /\\[bfnrtu]|[\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]/;
// eslint-disable-next-line no-control-regex -- control characters are what this looks for
const UNFIT = /[\u0000-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]/g;

/**
 * Replaces by U+FFFD, in every string and key of a parsed text, what `findTextFault` would refuse: a database refuses
 * or alters such text, and one bad account would hold up all that are written with it.
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
  return text.toWellFormed().replace(UNFIT, REPLACEMENT);
}

import { z } from 'zod';

/** A provider instance that is named beside the default ones. */
export interface NamedInstance {
  readonly slug: string;
  readonly kind: string;
}

const ENTRY = /^([a-z][a-z0-9-]{0,31}):([a-z][a-z0-9-]{0,31})$/;

/** Reads `vault-eu:vault,vault-us:vault`. */
export function namedInstances(): z.ZodType<NamedInstance[], string> {
  return z.string().transform((text, context) => {
    const entries = text.split(',').map((entry) => ENTRY.exec(entry.trim()));
    const named = entries.flatMap((match) => {
      const [, slug, kind] = match ?? [];
      return slug === undefined || kind === undefined ? [] : [{ slug, kind }];
    });
    const rule = brokenRule(named, entries.length);
    if (rule !== null) context.addIssue({ code: 'custom', message: rule });
    return named;
  });
}

function brokenRule(named: readonly NamedInstance[], entries: number): string | null {
  if (named.length !== entries) {
    return 'must list instances as slug:kind, separated by commas, in lower-case letters, digits and dashes';
  }
  const slugs = named.map(({ slug }) => slug);
  if (new Set(slugs).size !== slugs.length) return 'must not name one slug twice';
  if (slugs.some((slug) => slug.startsWith('rollcall'))) {
    return 'must not name a slug that begins with "rollcall", whose settings would mix with our own';
  }
  return null;
}

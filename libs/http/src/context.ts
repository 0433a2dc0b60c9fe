import type { CallContext } from '#identity-provider';

/** A context that admits every call at once: for single requests outside the engine, and for tests. */
export function contextOf(
  options: { readonly signal?: AbortSignal; readonly readOnly?: boolean } = {},
): CallContext {
  return {
    readOnly: options.readOnly ?? false,
    signal: options.signal ?? new AbortController().signal,
    admit: () => Promise.resolve(() => undefined),
  };
}

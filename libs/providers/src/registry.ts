import type { ProviderFactory } from '#identity-provider';

/** Every kind of provider that a deployment can use. A new kind is one line here, and one in the module. */
export const PROVIDER_KINDS = ['vault', 'sunshine', 'passage', 'sendauth'] as const;

/**
 * Holds the factories that were wired up against the list of kinds, and orders them by it.
 * @throws Error at start when a kind is missing, doubled or unknown
 */
export function registerFactories(factories: readonly ProviderFactory[]): readonly ProviderFactory[] {
  const byKind = new Map<string, ProviderFactory>();
  for (const factory of factories) {
    if (byKind.has(factory.kind))
      throw new Error(`two factories are registered for the kind "${factory.kind}"`);
    byKind.set(factory.kind, factory);
  }
  const registered = PROVIDER_KINDS.map((kind) => {
    const factory = byKind.get(kind);
    if (factory === undefined) throw new Error(`no factory is registered for the kind "${kind}"`);
    byKind.delete(kind);
    return factory;
  });
  const [unknown] = byKind.keys();
  if (unknown !== undefined)
    throw new Error(`the kind "${unknown}" is registered and not in the list of kinds`);
  return registered;
}

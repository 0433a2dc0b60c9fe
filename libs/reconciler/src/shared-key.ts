import type { Account, LookupKey } from '#identity-provider';

/** By which of these keys an account stands in the way. */
export function sharedKey(account: Account, keys: readonly LookupKey[]): LookupKey['kind'] {
  const hit = account.lookupKeys.find((held) =>
    keys.some((key) => key.kind === held.kind && key.value === held.value),
  );
  return hit?.kind ?? 'email';
}

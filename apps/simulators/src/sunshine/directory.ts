import { AccountStore } from '../frame/index.js';
import type { SunshineAccount } from './account.js';

/** A path segment of this shape is an id and never an externalId. @see PROVIDERS.md 2.6 ("path ambiguity") */
const ID = /^[0-9a-f]{24}$/i;

/** How a path names an account. externalIds are unique within a brand. @see sunshine.openapi.yaml `brandIdQuery` */
export interface Reference {
  readonly text: string;
  readonly brandId: string | null;
}

/** The accounts of one app, found by id, externalId, zendeskId or email identity. */
export class SunshineDirectory {
  readonly #store: AccountStore<SunshineAccount>;
  /** The last account to hold each externalId; it may be gone or renamed since. */
  readonly #idByKey = new Map<string, string>();

  constructor(now: () => number) {
    this.#store = new AccountStore(now);
  }

  all(): Iterable<SunshineAccount> {
    return this.#store.values();
  }

  /** What a path segment names: an id or an externalId. */
  find(reference: Reference): SunshineAccount | undefined {
    if (ID.test(reference.text)) return this.#store.get(reference.text.toLowerCase());
    return this.findByExternalId(reference.text, reference.brandId);
  }

  /** The account of that name which was deleted less than `withinMs` ago. */
  findRecentlyDeleted(reference: Reference, withinMs: number): SunshineAccount | undefined {
    const { text, brandId } = reference;
    const id = ID.test(text) ? text.toLowerCase() : this.#idByKey.get(keyOf(text, brandId));
    return id === undefined ? undefined : this.#store.recentlyDeleted(id, withinMs);
  }

  findByExternalId(externalId: string, brandId: string | null): SunshineAccount | undefined {
    const isNamed = (each: SunshineAccount) => each.externalId === externalId && each.brandId === brandId;
    // The index knows only the present owner of a key.
    if (this.#store.readsThePast) return this.#first(isNamed);
    const id = this.#idByKey.get(keyOf(externalId, brandId));
    const account = id === undefined ? undefined : this.#store.get(id);
    return account && isNamed(account) ? account : undefined;
  }

  findByZendeskId(zendeskId: string): SunshineAccount | undefined {
    return this.#first((each) => each.zendeskId === zendeskId);
  }

  /** Looks at identities only, never at `profile.email`. @see PROVIDERS.md 2.5 */
  findByEmailIdentity(email: string, brandId: string | null): SunshineAccount[] {
    const wanted = email.toLowerCase();
    return [...this.all()].filter(
      (account) =>
        account.brandId === brandId &&
        account.identities.some((each) => each.type === 'email' && each.value.toLowerCase() === wanted),
    );
  }

  /** Adds the account, or puts it in the place of the one with its id. */
  put(account: SunshineAccount): void {
    this.#store.set(account.id, account);
    if (account.externalId !== null) {
      this.#idByKey.set(keyOf(account.externalId, account.brandId), account.id);
    }
  }

  remove(id: string): void {
    this.#store.delete(id);
  }

  readAsOf<R>(timeMs: number, read: () => R): R {
    return this.#store.readAsOf(timeMs, read);
  }

  clear(): void {
    this.#store.clear();
    this.#idByKey.clear();
  }

  #first(isWanted: (account: SunshineAccount) => boolean): SunshineAccount | undefined {
    for (const account of this.all()) if (isWanted(account)) return account;
    return undefined;
  }
}

/** One text for an externalId within its brand. */
export function keyOf(externalId: string, brandId: string | null): string {
  return brandId === null ? externalId : JSON.stringify([brandId, externalId]);
}

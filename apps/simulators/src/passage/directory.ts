import { AccountStore } from '../frame/index.js';
import type { PassageAccount } from './account.js';
import { KeyIndex } from './key-index.js';

/** The accounts of one app, in the order of their creation; email and phone are unique in it. @see PROVIDERS.md 3.6 */
export class PassageDirectory {
  readonly #store: AccountStore<PassageAccount>;
  readonly #emails = new KeyIndex();
  readonly #phones = new KeyIndex();
  #arrangement = 0;

  constructor(now: () => number) {
    this.#store = new AccountStore(now);
  }

  /** Grows with every write; nothing derived from a directory that `readsThePast` may be kept. */
  get revision(): number {
    return this.#store.revision;
  }

  /** Grows when an account that was there is gone or has another time of creation. */
  get arrangement(): number {
    return this.#arrangement;
  }

  get readsThePast(): boolean {
    return this.#store.readsThePast;
  }

  /** Values held by more than one account. */
  get shared(): { email: number; phone: number } {
    return { email: this.#emails.shared, phone: this.#phones.shared };
  }

  all(): Iterable<PassageAccount> {
    return this.#store.values();
  }

  /** Accounts from a position on, with their positions; what is added gets a higher one than all before it. */
  from(position: number): Iterable<[position: number, account: PassageAccount]> {
    return this.#store.from(position);
  }

  get(id: string): PassageAccount | undefined {
    return this.#store.get(id);
  }

  /** The account deleted under that id less than `withinMs` ago. */
  getRecentlyDeleted(id: string, withinMs: number): PassageAccount | undefined {
    return this.#store.recentlyDeleted(id, withinMs);
  }

  /** Holders of an email, whatever its case. */
  findByEmail(email: string): PassageAccount[] {
    return this.#accounts(this.#emails.holders(email.toLowerCase()));
  }

  findByPhone(phone: string): PassageAccount[] {
    return this.#accounts(this.#phones.holders(phone));
  }

  /** Adds the account, or puts it in the place of the one with its id, keeping its place in the order. */
  put(account: PassageAccount): void {
    const before = this.#forgetIdentifiers(account.id);
    if (before && before.created_at !== account.created_at) this.#arrangement += 1;
    this.#store.set(account.id, account);
    if (account.email !== '') this.#emails.add(account.email.toLowerCase(), account.id);
    if (account.phone !== '') this.#phones.add(account.phone, account.id);
  }

  remove(id: string): void {
    if (this.#forgetIdentifiers(id)) this.#arrangement += 1;
    this.#store.delete(id);
  }

  readAsOf<R>(timeMs: number, read: () => R): R {
    return this.#store.readAsOf(timeMs, read);
  }

  clear(): void {
    this.#store.clear();
    this.#arrangement += 1;
    this.#emails.clear();
    this.#phones.clear();
  }

  #accounts(ids: readonly string[]): PassageAccount[] {
    return ids.map((id) => this.#store.get(id)).filter((account) => account !== undefined);
  }

  /** @returns the account that had them */
  #forgetIdentifiers(id: string): PassageAccount | undefined {
    const account = this.#store.get(id);
    if (account) {
      this.#emails.remove(account.email.toLowerCase(), id);
      this.#phones.remove(account.phone, id);
    }
    return account;
  }
}

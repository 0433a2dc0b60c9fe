import { expect } from '@jest/globals';
import {
  ProviderError,
  type Account,
  type AccountTarget,
  type Applied,
  type CallContext,
  type Desired,
  type DesiredAccount,
  type IdentityProvider,
  type Observation,
  type ProviderErrorKind,
  type ProviderStep,
} from '../src/index.js';
import { valueAt, type HeldAccount } from './back-door.js';
import type { ContractGuest } from './guest.js';

/** How long an accepted deletion may take at a stand-in. */
const PURGE_PATIENCE_MS = 5_000;
const PURGE_POLL_MS = 20;

/** Somebody whose account was created, and what it was to hold. */
export interface Enrolled {
  readonly target: AccountTarget & { readonly accountId: string };
  readonly account: DesiredAccount;
}

/** What the stories of the contract have in common: the guest, its steps, and how they are judged. */
export class Stage {
  private present: ContractGuest | null = null;
  private admitted = 0;
  private released = 0;

  /** Counts, so that a call slot that is never given back is noticed. */
  readonly context: CallContext = {
    signal: new AbortController().signal,
    admit: () => {
      this.admitted += 1;
      return Promise.resolve(() => {
        this.released += 1;
      });
    },
  };

  enter(guest: ContractGuest): void {
    this.present = guest;
  }

  get guest(): ContractGuest {
    if (this.present === null) throw new Error('the guest has not been set up');
    return this.present;
  }

  get provider(): IdentityProvider {
    return this.guest.provider;
  }

  expectEverySlotReleased(): void {
    expect(this.released).toBe(this.admitted);
  }

  /** Creates the account of somebody whom the provider can hold. */
  async enrol(desired: Desired): Promise<Enrolled> {
    const account = this.provider.normalize(desired);
    expect(account.violations).toEqual([]);
    const target = { accountId: null, remoteKey: desired.remoteKey };
    const applied = await this.apply({ kind: 'provision', attributes: account.attributes }, target);
    const accountId = applied.accountId ?? this.onlyOne().accountId;
    return { target: { ...target, accountId }, account };
  }

  apply(step: ProviderStep, target: AccountTarget): Promise<Applied> {
    return this.provider.apply(step, target, this.context);
  }

  get(target: AccountTarget): Promise<Observation> {
    return this.provider.get(target, this.context);
  }

  /** The account that a read finds, which has to be there. */
  async read(target: AccountTarget): Promise<Account> {
    const observed = await this.get(target);
    if (!('account' in observed)) throw new Error(`expected an account, and found it ${observed.state}`);
    return observed.account;
  }

  /** Writes what somebody has become, as the core would. */
  async update({ target, account }: Enrolled, desired: Desired): Promise<Enrolled> {
    const next = this.provider.normalize(desired);
    const changed = Object.keys(next.attributes).filter(
      (path) => next.attributes[path] !== account.attributes[path],
    );
    await this.apply({ kind: 'update', attributes: next.attributes, changed }, target);
    return { target, account: next };
  }

  /** Purges, and waits until the adapter sees the proof and the account has really ended. */
  async purge(target: AccountTarget): Promise<Applied> {
    const applied = await this.apply({ kind: 'purge' }, target);
    const isHeld = () => this.held().some(({ accountId }) => accountId === target.accountId);
    const end = performance.now() + PURGE_PATIENCE_MS;
    while (isHeld() || (await this.get(target)).state !== 'absent') {
      if (performance.now() > end) throw new Error('the account was purged and is still there');
      await new Promise((resolve) => setTimeout(resolve, PURGE_POLL_MS));
    }
    return applied;
  }

  held(): readonly HeldAccount[] {
    return this.guest.backDoor.held();
  }

  onlyOne(): HeldAccount {
    const [first, ...others] = this.held();
    expect(others).toEqual([]);
    if (first === undefined) throw new Error('expected one account, and there is none');
    return first;
  }

  /** Holds an account as it really is against what was wanted, attribute by attribute. */
  expectHolds(held: HeldAccount, { attributes }: DesiredAccount): void {
    const really = Object.keys(attributes).map((path) => [path, valueAt(held.raw, path)]);
    expect(Object.fromEntries(really)).toEqual(attributes);
  }

  /** The one account there is, as wanted by its real state and by the adapter's own reading. */
  async expectInSync({ target, account }: Enrolled): Promise<void> {
    this.expectHolds(this.onlyOne(), account);
    expect((await this.read(target)).attributes).toEqual(account.attributes);
  }

  /** What became of a call: done, or which kind of error. Anything else that is thrown is a defect. */
  async outcomeOf(call: Promise<unknown>): Promise<'acknowledged' | ProviderErrorKind> {
    try {
      await call;
      return 'acknowledged';
    } catch (error) {
      if (error instanceof ProviderError) return error.kind;
      throw error;
    }
  }

  async expectRejected(call: Promise<unknown>, ...kinds: readonly ProviderErrorKind[]): Promise<void> {
    expect(kinds).toContain(await this.outcomeOf(call));
  }
}

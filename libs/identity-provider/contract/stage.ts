import { expect } from '@jest/globals';
import {
  ProviderError,
  type Account,
  type AccountTarget,
  type Applied,
  type CallContext,
  type Capabilities,
  type Desired,
  type DesiredAccount,
  type IdentityProvider,
  type LoweredStatus,
  type Observation,
  type ProviderErrorKind,
  type ProviderStep,
} from '../src/index.js';
import { valueAt, type HeldAccount } from './back-door.js';
import type { ContractGuest } from './guest.js';
import type { Decide } from './planning.js';
import { Roster, type Person } from './roster.js';

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
  private roster: Roster;
  private admitted = 0;
  private released = 0;

  constructor(
    readonly capabilities: Capabilities,
    readonly decide: Decide,
  ) {
    this.roster = new Roster(capabilities);
  }

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

  /** Everybody whose account the story made. */
  get people(): readonly Person[] {
    return this.roster.people;
  }

  /** Empties the provider, and forgets everybody. */
  begin(): void {
    this.guest.backDoor.reset();
    this.roster = new Roster(this.capabilities);
  }

  expectEverySlotReleased(): void {
    expect(this.released).toBe(this.admitted);
  }

  /** Creates the account of somebody whom the provider can hold. */
  async enrol(desired: Desired): Promise<Enrolled> {
    const account = this.provider.normalize(desired);
    expect(account.violations).toEqual([]);
    const { accountId = this.onlyOne().accountId } = await this.provision(desired);
    return { target: { accountId, remoteKey: desired.remoteKey }, account };
  }

  /** Asks for an account, which may be refused. */
  provision(desired: Desired): Promise<Applied> {
    const account = this.provider.normalize(desired);
    const { remoteKey } = desired;
    this.roster.want(remoteKey, account);
    return this.apply({ kind: 'provision', attributes: account.attributes }, { accountId: null, remoteKey });
  }

  /** Takes a step, and remembers it unless it was refused. */
  async apply(step: ProviderStep, target: AccountTarget): Promise<Applied> {
    try {
      const applied = await this.provider.apply(step, target, this.context);
      const accountId = applied.accountId ?? target.accountId;
      this.roster.remember(step, { ...target, accountId });
      return applied;
    } catch (error) {
      if (error instanceof ProviderError && error.kind === 'outcomeUnknown')
        this.roster.remember(step, target);
      throw error;
    }
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
    this.roster.want(target.remoteKey, next);
    await this.apply({ kind: 'update', attributes: next.attributes, changed }, target);
    return { target, account: next };
  }

  /** Suspends, and pays what that owes. */
  async suspend({ target, account }: Enrolled, as: LoweredStatus = 'deactivated'): Promise<void> {
    const { marker = null } = this.capabilities.lowering[as][0];
    await this.apply({ kind: 'suspend', marker, attributes: account.attributes }, target);
    for (const effect of this.capabilities.owedOnSuspend) {
      await this.apply({ kind: 'discharge', effect, tags: {} }, target);
    }
  }

  async reactivate({ target, account }: Enrolled): Promise<void> {
    await this.apply({ kind: 'reactivate', attributes: account.attributes }, target);
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

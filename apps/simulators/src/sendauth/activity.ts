import { randomUuid } from '../frame/index.js';

/** @see sendauth.openapi.yaml Transaction */
export interface Transaction {
  readonly id: string;
  readonly subject: string;
  readonly subjectName: string;
  readonly state: 'pending' | 'expired';
  readonly requestor: string;
  readonly context: 'register' | 'authenticate';
  readonly message?: string | undefined;
  readonly createdAt: string;
  readonly expiresAt: string;
}

/** @see sendauth.openapi.yaml Audit; `created_at` is the only snake_case name of the API */
export interface Audit {
  readonly subject: string;
  readonly name: string;
  readonly type: 'user';
  readonly actor: string;
  readonly action: string;
  readonly extras: Readonly<Record<string, string>>;
  readonly created_at: string;
}

/** How long a person has to answer; not documented. */
const TRANSACTION_LIFE_MS = 300_000;
/** Entries kept for each user, so that a long run does not grow without end. */
const KEPT = 50;

/** What a person who is asked is told. */
interface Opening {
  readonly message?: string | undefined;
  readonly connectwise?: string | undefined;
}

interface Subject {
  readonly id: string;
  readonly firstName: string;
  readonly lastName: string;
}

/** What has been done to and asked of each user; outlives a soft delete and ends with the user. */
export class Activity {
  readonly #audits = new Map<string, Audit[]>();
  readonly #transactions = new Map<string, Transaction[]>();

  constructor(
    private readonly parts: { readonly now: () => number; readonly random: () => number },
    private readonly actor: string,
  ) {}

  /** @param extras what else is to be known of it */
  record(subject: Subject, action: string, extras: Audit['extras'] = {}): void {
    keep(this.#audits, subject.id, {
      subject: subject.id,
      name: nameOf(subject),
      type: 'user',
      actor: this.actor,
      action,
      extras,
      created_at: this.#at(0),
    });
  }

  /**
   * Opens a transaction that nobody answers, and records it: an audit is the only place that shows a ConnectWise
   * reference (inferred, as no transaction has a member for it).
   * @returns its id
   */
  open(subject: Subject, context: Transaction['context'], { message, connectwise }: Opening = {}): string {
    const id = randomUuid(this.parts.random);
    this.record(subject, context, { tx: id, ...(connectwise === undefined ? {} : { connectwise }) });
    keep(this.#transactions, subject.id, {
      id,
      subject: subject.id,
      subjectName: nameOf(subject),
      state: 'pending',
      requestor: this.actor,
      context,
      message,
      createdAt: this.#at(0),
      expiresAt: this.#at(TRANSACTION_LIFE_MS),
    });
    return id;
  }

  /** Newest first; `q` is a piece of the action. */
  audits(subjectId: string, q: string): Audit[] {
    return (this.#audits.get(subjectId) ?? []).filter(({ action }) => action.includes(q)).reverse();
  }

  /** Newest first; `q` is a piece of the message. */
  transactions(subjectId: string, q: string): Transaction[] {
    const now = this.#at(0);
    return (this.#transactions.get(subjectId) ?? [])
      .filter(({ message = '' }) => message.includes(q))
      .map((each): Transaction => (each.expiresAt <= now ? { ...each, state: 'expired' } : each))
      .reverse();
  }

  forget(subjectId: string): void {
    this.#audits.delete(subjectId);
    this.#transactions.delete(subjectId);
  }

  clear(): void {
    this.#audits.clear();
    this.#transactions.clear();
  }

  #at(laterMs: number): string {
    return new Date(this.parts.now() + laterMs).toISOString();
  }
}

function nameOf({ firstName, lastName }: Subject): string {
  return `${firstName} ${lastName}`;
}

function keep<T>(entries: Map<string, T[]>, key: string, entry: T): void {
  const kept = entries.get(key);
  if (kept === undefined) entries.set(key, [entry]);
  else if (kept.push(entry) > KEPT) kept.shift();
}

/** One call as the log shows it. */
export interface LoggedCall {
  /** 1 for the first call; never reused until the log is cleared. */
  readonly seq: number;
  /** Milliseconds since the epoch at which it was applied (or refused). */
  readonly time: number;
  readonly method: string;
  /** Path and query as sent. */
  readonly path: string;
  /** 0 when no answer was sent (dropped, reset or hanging). */
  readonly status: number;
  /** Whether a write was accepted, whatever the client was told. */
  readonly mutated: boolean;
  readonly accountId?: string;
}

/** Calls kept; older ones are overwritten but still counted. */
const DEFAULT_CAPACITY = 1_000_000;

/**
 * The last calls of one provider. Columns instead of objects: a million entries must not weigh on the garbage
 * collector of a server that is being measured.
 */
export class CallLog {
  #times: number[] = [];
  #methods: string[] = [];
  #paths: string[] = [];
  #statuses: number[] = [];
  #mutated: boolean[] = [];
  #accountIds: (string | undefined)[] = [];
  #lastSeq = 0;
  #writes = 0;
  #mutations = 0;

  /** @param capacity calls kept (Default: 1,000,000) */
  constructor(private readonly capacity = DEFAULT_CAPACITY) {}

  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Every call since the log was cleared, also those no longer kept: all, those with a writing method, those accepted as a write. */
  get counts(): { total: number; writes: number; mutating: number } {
    return { total: this.#lastSeq, writes: this.#writes, mutating: this.#mutations };
  }

  add(call: Omit<LoggedCall, 'seq' | 'accountId'> & { accountId: string | undefined }): void {
    const at = this.#lastSeq % this.capacity;
    this.#times[at] = call.time;
    this.#methods[at] = call.method;
    this.#paths[at] = call.path;
    this.#statuses[at] = call.status;
    this.#mutated[at] = call.mutated;
    this.#accountIds[at] = call.accountId;
    this.#lastSeq += 1;
    if (call.method !== 'GET' && call.method !== 'HEAD') this.#writes += 1;
    if (call.mutated) this.#mutations += 1;
  }

  /** Calls with a greater seq, oldest first, as far as they are kept. */
  *since(seq: number): Generator<LoggedCall> {
    const first = Math.max(seq + 1, this.#lastSeq - this.capacity + 1, 1);
    for (let each = first; each <= this.#lastSeq; each += 1) yield this.#entry(each);
  }

  clear(): void {
    this.#times = [];
    this.#methods = [];
    this.#paths = [];
    this.#statuses = [];
    this.#mutated = [];
    this.#accountIds = [];
    this.#lastSeq = 0;
    this.#writes = 0;
    this.#mutations = 0;
  }

  #entry(seq: number): LoggedCall {
    const at = (seq - 1) % this.capacity;
    const accountId = this.#accountIds[at];
    return {
      seq,
      time: this.#times[at] ?? 0,
      method: this.#methods[at] ?? '',
      path: this.#paths[at] ?? '',
      status: this.#statuses[at] ?? 0,
      mutated: this.#mutated[at] ?? false,
      ...(accountId === undefined ? {} : { accountId }),
    };
  }
}

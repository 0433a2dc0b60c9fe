/** Characters around the `@` that a partial search is narrowed by. */
const LOCAL_LENGTH = 4;
const DOMAIN_LENGTH = 3;

/**
 * Users by email, letter case apart. Without it every `q=<email>` would walk all users, and a first sync that looks
 * each person up would take quadratic time.
 */
export class EmailIndex {
  readonly #byEmail = new Map<string, Set<string>>();
  readonly #byCore = new Map<string, Set<string>>();

  add(email: string, id: string): void {
    const folded = foldEmail(email);
    put(this.#byEmail, folded, id);
    const core = coreOf(folded);
    if (core !== undefined) put(this.#byCore, core, id);
  }

  remove(email: string, id: string): void {
    const folded = foldEmail(email);
    take(this.#byEmail, folded, id);
    const core = coreOf(folded);
    if (core !== undefined) take(this.#byCore, core, id);
  }

  /** Ids of the users who have exactly this email. */
  holders(email: string): ReadonlySet<string> {
    return this.#byEmail.get(foldEmail(email)) ?? new Set();
  }

  /** Ids among which are all whose email contains `piece`; `undefined` when the piece is too short to narrow anything. */
  candidates(piece: string): ReadonlySet<string> | undefined {
    const core = coreOf(foldEmail(piece));
    return core === undefined ? undefined : (this.#byCore.get(core) ?? new Set());
  }

  clear(): void {
    this.#byEmail.clear();
    this.#byCore.clear();
  }
}

function foldEmail(email: string): string {
  return email.toLowerCase();
}

function coreOf(email: string): string | undefined {
  const at = email.indexOf('@');
  const start = at - LOCAL_LENGTH;
  const end = at + 1 + DOMAIN_LENGTH;
  return at === -1 || start < 0 || end > email.length ? undefined : email.slice(start, end);
}

function put(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key);
  if (ids === undefined) index.set(key, new Set([id]));
  else ids.add(id);
}

function take(index: Map<string, Set<string>>, key: string, id: string): void {
  const ids = index.get(key);
  ids?.delete(id);
  if (ids?.size === 0) index.delete(key);
}

/** An account as a provider's own message names it. Both texts are printable and free of control characters. */
export interface NamedAccount {
  /** At most 128 characters of printable ASCII. */
  readonly accountId: string;
  /** What stood in the provider's key field; `null` when the message names none, or one that could not be ours. */
  readonly remoteKey: string | null;
}

/**
 * Something that a provider says has happened. A hint: nothing is concluded from it before the account was read.
 * - `removed`: the account is gone
 * - `merged`: the account was merged into the survivor, and is gone
 */
export type WebhookHint =
  | { readonly eventId: string; readonly type: 'removed'; readonly account: NamedAccount }
  | {
      readonly eventId: string;
      readonly type: 'merged';
      readonly account: NamedAccount;
      readonly survivor: NamedAccount;
    };

/** Headers of a request by their names in lower case. */
export type WebhookHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Receives what a provider tells by itself. A kind offers one when it is told the secret that it is to share with it. */
export interface WebhookReceiver {
  /** Whether the request shows that the provider sent it. Takes as long whatever is shown. */
  isAuthentic(headers: WebhookHeaders): boolean;
  /**
   * The hints of a body, in its order; an `eventId` is at most 128 characters of printable ASCII. Never throws: what is
   * unknown, malformed, or about another app gives none, and takes nothing away from what stands beside it.
   */
  readHints(body: unknown): readonly WebhookHint[];
}

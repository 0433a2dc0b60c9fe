/**
 * How an erased person's account came to its end at one provider.
 * - `deleted`: we asked for its deletion, and a read proved it gone
 * - `absent`: a read found no account, and no deletion of ours was needed
 * - `never_mirrored`: nothing was ever sent there that could have made one
 * - `unverifiable`: a person gave the proof up, because the provider no longer gives any
 */
export const RECEIPT_METHODS = ['deleted', 'absent', 'never_mirrored', 'unverifiable'] as const;
export type ReceiptMethod = (typeof RECEIPT_METHODS)[number];

/** What an erased person can be told by when somebody enters them again. Phone numbers change hands too often. */
export type TombstoneKind = 'externalKey' | 'email';

import type { Account, CallContext, DesiredAccount } from '#identity-provider';
import { findHolders, type Holders, type Settlement, type Work } from '#store';
import { backoffMs } from './backoff.js';
import { afterRead } from './knowledge.js';
import { sharedKey } from './shared-key.js';
import type { ProviderRoom } from './provider-room.js';
import { settleAgain, settleParked, type PassState } from './settlements.js';

/**
 * Whether somebody holds an identifier of a person whose account is to be made anew. It may have been free to take for
 * long, and of a create whose answer was lost a stranger who is there already could not be told from the account it made.
 * @throws ProviderError when the look-up fails
 */
export async function isTakenMeanwhile(
  { instance: { provider } }: ProviderRoom,
  work: Work,
  desired: DesiredAccount,
  context: CallContext,
): Promise<boolean> {
  const replaces = work.accountId !== null && provider.capabilities.accountIdAssignedBy === 'provider';
  if (!replaces) return false;
  const accounts = await provider.correlate(desired.lookupKeys, context);
  return accounts.some(({ accountId }) => accountId !== work.accountId);
}

const WAIT_FOR_NEIGHBOUR_MS = 250;
const LOOKS_BEFORE_BLAMING_CONTENT = 2;

/**
 * A provider said that something is in the way of a create or an update. Finds out what: our own key there already,
 * another link of ours that holds the email or phone, one that is just being created, or a stranger.
 * @throws ProviderError when the look-up fails
 */
export async function resolveTaken(
  room: ProviderRoom,
  work: Work,
  desired: DesiredAccount,
  pass: PassState,
  context: CallContext,
): Promise<Settlement> {
  const { provider } = room.instance;
  if (provider.capabilities.accountIdAssignedBy === 'us') return takeByOurKey(room, work, pass, context);
  const look = async (): Promise<Account[]> => {
    const accounts = await provider.correlate(desired.lookupKeys, context);
    return accounts.filter((account) => account.accountId !== pass.knowledge.accountId);
  };
  const found = await look();
  const holders = await findHolders(room.engine.database.sql, room.instance.slug, {
    accountIds: found.map((account) => account.accountId),
    keys: desired.lookupKeys,
  });
  // A holder that let go after the first look may have settled before its count was read, and would never wake us.
  const others = holders.byAccountId.size === 0 ? found : seenTwice(found, await look());
  return judge({ room, work, desired, pass, others, holders });
}

function seenTwice(first: readonly Account[], second: readonly Account[]): Account[] {
  return second.filter((account) => first.some((seen) => seen.accountId === account.accountId));
}

/** The key is ours: whoever answers to it is our account, unless it is just going away. */
async function takeByOurKey(
  room: ProviderRoom,
  work: Work,
  pass: PassState,
  context: CallContext,
): Promise<Settlement> {
  const observation = await room.instance.provider.get(
    { accountId: null, remoteKey: work.remoteKey },
    context,
  );
  const adopted: PassState = { ...pass, knowledge: afterRead(pass.knowledge, observation) };
  const isFirstNews = 'account' in observation && work.attempts === 0;
  return settleAgain(work, adopted, {
    delayMs: isFirstNews ? 0 : WAIT_FOR_NEIGHBOUR_MS + backoffMs(work.attempts, room.engine.random),
    error: 'conflict',
    failed: true,
  });
}

interface Case {
  readonly room: ProviderRoom;
  readonly work: Work;
  readonly desired: DesiredAccount;
  readonly pass: PassState;
  readonly others: readonly Account[];
  readonly holders: Holders;
}

function judge({ room, work, desired, pass, others, holders }: Case): Settlement {
  for (const account of others) {
    const holder = holders.byAccountId.get(account.accountId);
    if (holder === undefined) continue;
    const park = {
      code: 'identifier_taken',
      attribute: sharedKey(account, desired.lookupKeys),
      rule: TAKEN_BY_US,
    } as const;
    return settleParked(work, pass, park, holder);
  }
  const isBeingTaken = holders.creating.some((other) => other.userId !== work.userId);
  // Nobody there after all: whoever it was may have let go between the refusal and the look.
  const mayHaveLetGo = others.length === 0 && work.attempts < LOOKS_BEFORE_BLAMING_CONTENT;
  if (isBeingTaken || mayHaveLetGo) {
    return settleAgain(work, pass, {
      delayMs: WAIT_FOR_NEIGHBOUR_MS + backoffMs(work.attempts, room.engine.random),
      error: 'identifier_taken',
      failed: true,
    });
  }
  const stranger = others[0];
  if (stranger !== undefined) {
    const code = pass.knowledge.accountId === null ? 'disputed' : 'identifier_taken';
    return settleParked(work, pass, {
      code,
      attribute: sharedKey(stranger, desired.lookupKeys),
      rule: TAKEN_BY_STRANGER,
    });
  }
  return settleParked(work, pass, {
    code: 'invalid',
    rule: 'the provider refuses the content and names no field',
  });
}

const TAKEN_BY_US = 'must be unique there and another user of the roster holds it; change one of the two';
const TAKEN_BY_STRANGER =
  'is held there by an account that is not proven ours; link it, remove it there, or change the user';

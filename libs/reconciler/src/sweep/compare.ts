import type { Account, LookupKey, LookupKeyKind } from '#identity-provider';
import { type Claimant, type KnownLink, ownAccountHolds, type SweptLink } from '#store';
import { differingPaths } from '../plan/index.js';
import type { Comparison, Drift, LinkComparison } from './comparison.js';

/** What the roster knows about the accounts of one page. */
export interface PageKnowledge {
  /** By account id. */
  readonly links: ReadonlyMap<string, KnownLink>;
  /** Users who hold a key of an account that no link holds. */
  readonly claimants: readonly Claimant[];
  /** Keys of accounts that are being created right now, as `keyText` spells them. */
  readonly beingMade: ReadonlySet<string>;
}

/** One text for a key, to look it up by. */
export function keyText({ kind, value }: LookupKey): string {
  return `${kind} ${value}`;
}

/** Compares the accounts of one page with what the roster knows of them. Pure. */
export function compare(
  accounts: readonly Account[],
  known: PageKnowledge,
  uniqueKeys: readonly LookupKeyKind[],
): Comparison[] {
  return accounts.map((account) => {
    const own = known.links.get(account.accountId);
    if (own === undefined) return compareUnheld(account, known, uniqueKeys);
    return own.isComparable ? compareLinked(own, account) : { situation: 'underWay', account };
  });
}

/**
 * Compares a link with its account: by what we asserted, at managed paths alone. Whoever's account is gone is compared
 * with `null`.
 */
export function compareLinked(link: SweptLink, account: Account | null): LinkComparison {
  const wasThere = link.observedState !== 'absent' && link.observedState !== 'notLive';
  if (account === null) return wasThere ? { situation: 'absent', link } : { situation: 'inStep', link };
  if (account.remoteKey !== null && account.remoteKey !== link.remoteKey)
    return { situation: 'mismatched', link, account };
  const drift = driftOf(link, account);
  const isInStep = drift.attributes.length === 0 && drift.state === null && !drift.marker;
  return isInStep ? { situation: 'inStep', link } : { situation: 'drifted', link, account, drift };
}

function driftOf(link: SweptLink, account: Account): Drift {
  const known = link.observedState ?? 'absent';
  const asserted = link.asserted?.attributes ?? null;
  return {
    attributes: asserted === null ? [] : differingPaths(asserted, account.attributes),
    state: known === account.state ? null : { known, shown: account.state },
    marker: account.marker !== link.observedMarker,
  };
}

/** An account that no link holds: whose could it be? */
function compareUnheld(
  account: Account,
  { claimants, beingMade }: PageKnowledge,
  uniqueKeys: readonly LookupKeyKind[],
): Comparison {
  const keys = account.lookupKeys.filter(({ kind }) => uniqueKeys.includes(kind));
  if (keys.some((key) => beingMade.has(keyText(key)))) return { situation: 'underWay', account };
  const texts = new Set(keys.map(keyText));
  const claims = claimants.filter(({ by, value }) => texts.has(keyText({ kind: by, value })));
  const [first] = claims;
  if (first === undefined) return { situation: 'orphan', account };
  if (claims.some(({ isSettled }) => !isSettled)) return { situation: 'underWay', account };
  const userIds = [...new Set(claims.map(({ userId }) => userId))];
  const said = { account, userIds, by: first.by };
  if (userIds.length > 1) return { situation: 'disputed', ...said };
  if (first.accountId === null) return { situation: 'unlinked', ...said };
  return { situation: claims.some(ownAccountHolds) ? 'duplicate' : 'disputed', ...said };
}

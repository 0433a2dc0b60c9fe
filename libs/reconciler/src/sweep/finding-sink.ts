import { driftPolicyOf, type DriftRules } from '#identity-provider';
import {
  openFindings,
  recordFindings,
  renameFindings,
  resolveFindings,
  reviewLinks,
  type FoundAccount,
  type OpenFinding,
} from '#store';
import { tellsSomething, type Comparison, type SweepSink } from './comparison.js';
import { SeenAccounts } from './seen-accounts.js';
import type { SinkGround } from './sweeping.js';

const FINDINGS_A_PAGE = 500;
const CLOSED_BY = 'sweep';

type Verdict = 'holds' | 'over' | 'unlinked' | 'disputed';

/**
 * Records what a person should see, and says of what was open before whether it still holds: only once everybody was
 * looked at, since what was not shown may be on the page that was not read.
 */
export class FindingSink implements SweepSink {
  private readonly found = new SeenAccounts();
  /** Users whom more than one account could belong to. */
  private readonly contested = new Set<string>();
  /** Users whose account was compared with their link, in a walk. */
  private readonly compared = new SeenAccounts();

  constructor(private readonly ground: SinkGround) {}

  async take(page: readonly Comparison[]): Promise<void> {
    const { room, run, roster, tally, isWalk } = this.ground;
    const { drift } = room.instance;
    const found = page.flatMap((comparison) => [
      ...toFinding(comparison),
      ...reportedDrift(comparison, drift),
    ]);
    for (const { kind, accountId } of found) this.found.add(foundText(kind, accountId));
    for (const comparison of page) {
      if (isWalk && 'link' in comparison) this.compared.add(comparison.link.userId);
      if (comparison.situation === 'underWay') this.found.add(foundText('any', comparison.account.accountId));
      if (comparison.situation !== 'disputed') continue;
      for (const userId of comparison.userIds) this.contested.add(userId);
    }
    const where = { provider: room.instance.slug, runId: run.id };
    tally.add('findings', await recordFindings(roster, where, found));
  }

  async end(isComplete: boolean): Promise<void> {
    const { run, room, roster, tally } = this.ground;
    if (!isComplete || run.userIds !== null) return;
    const where = { provider: room.instance.slug, runId: run.id };
    tally.add('findings', await reviewLinks(roster, where));
    await this.closeOpenOnes();
  }

  private async closeOpenOnes(): Promise<void> {
    const { room } = this.ground;
    const { sql } = room.engine.database;
    for (let after: string | null = null; ;) {
      const page: OpenFinding[] = await openFindings(sql, room.instance.slug, {
        after,
        limit: FINDINGS_A_PAGE,
      });
      const of = (verdict: Verdict): string[] =>
        page.filter((finding) => this.verdictOn(finding) === verdict).map(({ id }) => id);
      await resolveFindings(sql, of('over'), CLOSED_BY);
      await renameFindings(sql, of('unlinked'), 'unlinked');
      await renameFindings(sql, of('disputed'), 'disputed');
      const last = page.at(-1);
      if (last === undefined || page.length < FINDINGS_A_PAGE) return;
      after = last.id;
    }
  }

  private verdictOn({ kind, accountId, userId, isOfLink }: OpenFinding): Verdict {
    const isLookedAt = !this.ground.isWalk || !isOfLink || (userId !== null && this.compared.has(userId));
    if (!isLookedAt) return 'holds';
    const isFound = (as: string): boolean => accountId !== null && this.found.has(foundText(as, accountId));
    const isContested = userId !== null && this.contested.has(userId);
    if (kind === 'unlinked' && isContested && isFound('unlinked')) return 'disputed';
    if (kind === 'unlinked' && isFound('disputed')) return 'disputed';
    if (kind === 'disputed' && isFound('unlinked')) return isContested ? 'holds' : 'unlinked';
    return isFound(kind) || isFound('any') ? 'holds' : 'over';
  }
}

function foundText(kind: string, accountId: string): string {
  return `${kind} ${accountId}`;
}

/** What a person should see of a comparison; most are not for people. */
function toFinding(comparison: Comparison): FoundAccount[] {
  switch (comparison.situation) {
    case 'orphan':
      return [{ kind: 'orphan', ...about(comparison.account), userId: null }];
    case 'unlinked':
      // Under our own key it is read and taken over by itself.
      return comparison.by === 'remoteKey' ? [] : [claimed('unlinked', comparison)];
    case 'disputed':
      return [claimed('disputed', comparison)];
    case 'duplicate':
      return [claimed('duplicate_remote', comparison)];
    case 'mismatched':
      return mismatch(comparison);
    case 'inStep':
    case 'drifted':
    case 'absent':
    case 'underWay':
      return [];
  }
}

/** What somebody else changed and nobody puts right: found now, or let stand since it was found. */
function reportedDrift(comparison: Comparison, rules: DriftRules): FoundAccount[] {
  if (comparison.situation !== 'inStep' && comparison.situation !== 'drifted') return [];
  if (!tellsSomething(comparison)) return [];
  const { link } = comparison;
  const shown = comparison.situation === 'drifted' ? comparison.drift.attributes : [];
  const attributes = [...new Set([...Object.keys(link.asserted?.tolerated ?? {}), ...shown])]
    .filter((path) => driftPolicyOf(rules, path) === 'report')
    .toSorted();
  if (attributes.length === 0 || link.accountId === null) return [];
  return [{ kind: 'drift', accountId: link.accountId, userId: link.userId, detail: { attributes } }];
}

function about(account: {
  readonly accountId: string;
  readonly state: string;
}): Pick<FoundAccount, 'accountId' | 'detail'> {
  return { accountId: account.accountId, detail: { state: account.state } };
}

function claimed(
  kind: 'unlinked' | 'disputed' | 'duplicate_remote',
  { account, userIds, by }: Extract<Comparison, { readonly userIds: unknown }>,
): FoundAccount {
  const [userId = null, ...others] = userIds;
  return {
    kind,
    accountId: account.accountId,
    userId: others.length === 0 ? userId : null,
    detail: { by, state: account.state, userIds },
  };
}

function mismatch({ link }: Extract<Comparison, { readonly situation: 'mismatched' }>): FoundAccount[] {
  if (link.accountId === null) return [];
  return [{ kind: 'identity_mismatch', accountId: link.accountId, userId: link.userId, detail: {} }];
}

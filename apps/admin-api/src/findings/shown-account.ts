import { Inject, Injectable } from '@nestjs/common';
import type { FindingKind } from '#domain';
import type { Observation } from '#identity-provider';
import {
  type AccountShown,
  type Finding,
  findFinding,
  FindingStateRefused,
  FindingUntrue,
  linkOfUser,
  requireKind,
  type Roster,
} from '#store';
import { AccountDirectory } from '../accounts/directory.js';
import { ProviderCalls } from '../accounts/provider-calls.js';
import { Problem } from '../http/problem.js';
import { ROSTER } from '../tokens.js';

/** Reads the account of a finding as it is now, so that nobody decides on what was there at the last sweep. */
@Injectable()
export class ShownAccounts {
  constructor(
    @Inject(ROSTER) private readonly roster: Roster,
    @Inject(AccountDirectory) private readonly directory: AccountDirectory,
    @Inject(ProviderCalls) private readonly calls: ProviderCalls,
  ) {}

  /**
   * @throws FindingNotFound, FindingStateRefused, FindingKindRefused, FindingUntrue, and Problem when the account is
   *   not there, or the provider cannot be asked
   */
  async read(
    findingId: string,
    fitting: readonly FindingKind[],
  ): Promise<{ readonly finding: Finding; readonly shown: AccountShown }> {
    const finding = await findFinding(this.roster.database, findingId);
    if (finding.state !== 'open') throw new FindingStateRefused(finding.state, 'open');
    requireKind(finding, fitting);
    const { accountId, provider: slug } = finding;
    if (accountId === null) throw new FindingUntrue('other_account');
    const instance = await this.directory.configured(slug);
    const { provider } = instance;
    const seen = await this.calls.make({ instance, operation: 'readAccount' }, (context) =>
      provider.get({ accountId, remoteKey: accountId }, context),
    );
    const { remoteKey, lookupKeys } = accountIn(seen, slug);
    const { uniqueKeys: kinds } = provider.capabilities;
    const uniqueKeys = lookupKeys.filter(({ kind }) => kinds.includes(kind));
    return { finding, shown: { accountId, remoteKey, uniqueKeys } };
  }

  /**
   * The account that the user of a duplicate would be left with, when it is there at this moment: what the last sweep
   * saw may have been deleted since, and the duplicate be all that they have.
   * @throws Problem when the provider cannot be asked
   */
  async readKept({ kind, provider: slug, userId }: Finding): Promise<string | null> {
    if (kind !== 'duplicate_remote' || userId === null) return null;
    const own = (await linkOfUser(this.roster.database, userId, slug))?.link;
    if (own?.accountId == null) return null;
    const { accountId, remoteKey } = own;
    const instance = await this.directory.configured(slug);
    const seen = await this.calls.make({ instance, operation: 'readAccount' }, (context) =>
      instance.provider.get({ accountId, remoteKey }, context),
    );
    return 'account' in seen ? accountId : null;
  }
}

function accountIn(seen: Observation, slug: string) {
  if (!('account' in seen)) {
    const detail = `${slug} shows no such account now; the next complete sweep resolves the finding`;
    throw new Problem(409, 'finding_outdated', { detail, state: 'gone' });
  }
  if (seen.account.isOurLogin === true) throw new FindingUntrue('our_login');
  return seen.account;
}

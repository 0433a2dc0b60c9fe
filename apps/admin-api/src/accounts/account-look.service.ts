import { Inject, Injectable } from '@nestjs/common';
import { isAssigned } from '#domain';
import type { Account, AccountTarget, DesiredAccount, TargetState } from '#identity-provider';
import { differingPaths, lowerStatus } from '#reconciler';
import type { HeldView, LinkView } from '#store';
import { AccountDirectory, type Located } from './directory.js';
import { ProviderCalls } from './provider-calls.js';

/** Why no live account is shown. */
export const NOT_LIVE_REASONS = ['no_account_recorded', 'purged', 'absent', 'not_live'] as const;
export type NotLiveReason = (typeof NOT_LIVE_REASONS)[number];

/** One account as it stands over there, beside what is wanted and what is known. */
export interface AccountLook {
  readonly link: LinkView;
  /** What the roster wants there, in the provider's spelling. */
  readonly wanted: Pick<DesiredAccount, 'attributes' | 'tags' | 'violations'> & {
    readonly state: TargetState;
    readonly marker: string | null;
  };
  readonly held: HeldView | null;
  readonly live: Pick<
    Account,
    'state' | 'accountId' | 'remoteKey' | 'marker' | 'attributes' | 'createdAt'
  > | null;
  /** Why `live` is `null`; `null` when it is not. */
  readonly notLive: NotLiveReason | null;
  /** Native paths at which the live account differs from what is wanted. */
  readonly differences: readonly string[];
}

/** Shows one account, by reading alone: it changes nothing on either side. */
@Injectable()
export class AccountLookService {
  constructor(
    @Inject(AccountDirectory) private readonly directory: AccountDirectory,
    @Inject(ProviderCalls) private readonly calls: ProviderCalls,
  ) {}

  async look(userId: string, slug: string): Promise<AccountLook> {
    const located = await this.directory.locate('readAccount', userId, slug);
    const { link, held } = located;
    const wanted = wantedOf(located);
    const live = await this.readLive(located);
    if (typeof live === 'string') return { link, wanted, held, live: null, notLive: live, differences: [] };
    const differences = differingPaths(wanted.attributes, live.attributes);
    return { link, wanted, held, live: shown(live), notLive: null, differences };
  }

  private async readLive(located: Located): Promise<Account | NotLiveReason> {
    const target = readableTarget(located);
    if (typeof target === 'string') return target;
    const { instance } = located;
    const seen = await this.calls.make({ instance, operation: 'readAccount' }, (context) =>
      instance.provider.get(target, context),
    );
    if ('account' in seen) return seen.account;
    return seen.state === 'absent' ? 'absent' : 'not_live';
  }
}

/** A purged user's key may have its next holder by now, whose account would answer to it. */
function readableTarget({ user, link, instance }: Located): AccountTarget | NotLiveReason {
  const { accountId, remoteKey } = link;
  if (user.status === 'purged') return 'purged';
  const keyIsOurs = instance.provider.capabilities.accountIdAssignedBy === 'us';
  return accountId === null && !keyIsOurs ? 'no_account_recorded' : { accountId, remoteKey };
}

function wantedOf({ user, link, assignedOverride, instance }: Located): AccountLook['wanted'] {
  const { status } = user;
  const { attributes, tags, violations } = instance.provider.normalize({
    status,
    attributes: user,
    remoteKey: link.remoteKey,
  });
  const assigned = assignedOverride ?? isAssigned(instance.assignment, user);
  const { state, marker = null } = instance.lowering[lowerStatus(status, assigned)];
  return { state, marker, attributes, tags, violations };
}

function shown({ state, accountId, remoteKey, marker, attributes, createdAt }: Account) {
  const created = createdAt === undefined ? {} : { createdAt };
  return { state, accountId, remoteKey, marker, attributes, ...created };
}

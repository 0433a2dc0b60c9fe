import { Inject, Injectable } from '@nestjs/common';
import { laneOfVerb, type User } from '#domain';
import type { Doorbell } from '#queue';
import {
  ADOPTABLE,
  adoptAccount,
  type Finding,
  FindingNotFound,
  ignoreFinding,
  LINKABLE,
  linkAccount,
  REMOVABLE,
  removeAccount,
  reopenFinding,
  type Roster,
} from '#store';
import { isId } from '../http/id.js';
import { DOORBELL, ROSTER } from '../tokens.js';
import type { AdoptBody, IgnoreBody, LinkBody, RemoveBody } from './requests.js';
import { ShownAccounts } from './shown-account.js';

/** Who decides on which finding. */
export interface Deciding {
  readonly actor: string;
  readonly findingId: string;
}

/** What a person decides on a finding. Accounts are read first; what changes them is left to the mirror. */
@Injectable()
export class FindingsService {
  constructor(
    @Inject(ROSTER) private readonly roster: Roster,
    @Inject(DOORBELL) private readonly doorbell: Doorbell,
    @Inject(ShownAccounts) private readonly accounts: ShownAccounts,
  ) {}

  async ignore(deciding: Deciding, { reason }: IgnoreBody): Promise<Finding> {
    return ignoreFinding(this.roster, { ...known(deciding), reason });
  }

  async reopen(deciding: Deciding): Promise<Finding> {
    return reopenFinding(this.roster, known(deciding));
  }

  async link(deciding: Deciding, body: LinkBody, acknowledgesErased: boolean): Promise<Finding> {
    const { shown } = await this.accounts.read(known(deciding).findingId, LINKABLE);
    const { userId, confirm } = body;
    const finding = await linkAccount(this.roster, {
      ...deciding,
      userId,
      confirm,
      shown,
      acknowledgesErased,
    });
    this.doorbell.ring([finding.provider], 'live', [userId]);
    return finding;
  }

  async adopt(
    deciding: Deciding,
    entry: AdoptBody,
    acknowledgesErased: boolean,
  ): Promise<{ readonly finding: Finding; readonly user: User }> {
    const { shown } = await this.accounts.read(known(deciding).findingId, ADOPTABLE);
    const adopted = await adoptAccount(this.roster, { ...deciding, entry, shown, acknowledgesErased });
    this.doorbell.ring('all', 'live', [adopted.user.id]);
    return adopted;
  }

  async remove(deciding: Deciding, { confirm, reason }: RemoveBody): Promise<Finding> {
    const { finding: found, shown } = await this.accounts.read(known(deciding).findingId, REMOVABLE);
    const keptId = await this.accounts.readKept(found);
    const finding = await removeAccount(this.roster, { ...deciding, confirm, reason, shown, keptId });
    const users = finding.userId === null ? [] : [finding.userId];
    this.doorbell.ring([finding.provider], laneOfVerb('purge'), users);
    return finding;
  }
}

/** @throws FindingNotFound for what cannot be an id, as for one that nothing has */
function known(deciding: Deciding): Deciding {
  if (!isId(deciding.findingId)) throw new FindingNotFound();
  return deciding;
}

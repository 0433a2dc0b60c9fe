import { Inject, Injectable } from '@nestjs/common';
import { isAssigned, laneOfVerb, type User } from '#domain';
import type { ProviderInstance, ProviderRegistry } from '#identity-provider';
import type { Doorbell } from '#queue';
import { comingBack, lowerStatus, type AccountReturn } from '#reconciler';
import { comeBack, type LinkBefore, type ReturnRequest, type Roster, type UserRef } from '#store';
import { DOORBELL, REGISTRY, ROSTER } from '../tokens.js';

/** What coming back means at one provider. */
export interface ReturnLine extends AccountReturn {
  readonly provider: string;
}

/** The user after the move, and one line a provider. */
export interface ReturnedUser extends User {
  readonly accounts: readonly ReturnLine[];
}

/** How somebody is asked back. */
export type ReturnHow = Pick<ReturnRequest, 'verb' | 'recreate'>;

/** Has people come back, and says what that means at each provider, from what is known: nobody is asked over there. */
@Injectable()
export class ReturnsService {
  constructor(
    @Inject(ROSTER) private readonly roster: Roster,
    @Inject(DOORBELL) private readonly doorbell: Doorbell,
    @Inject(REGISTRY) private readonly registry: ProviderRegistry,
  ) {}

  async comeBack(actor: string, ref: UserRef, how: ReturnHow): Promise<ReturnedUser> {
    const { user, changed, links } = await comeBack(this.roster, actor, { ...ref, ...how });
    if (changed) this.doorbell.ring('all', laneOfVerb(how.verb), [user.id]);
    const accounts = links.map((link) => ({
      provider: link.provider,
      ...returnAt(this.registry.find(link.provider), { user, link, verb: how.verb }),
    }));
    return { ...user, accounts };
  }
}

interface Case {
  readonly user: User;
  readonly link: LinkBefore;
  readonly verb: ReturnHow['verb'];
}

function returnAt(instance: ProviderInstance | undefined, { user, link, verb }: Case): AccountReturn {
  const because = link.isEnabled ? NOT_CONFIGURED : SWITCHED_OFF;
  const outcome = link.isEnabled ? 'unknown' : 'impossible';
  if (!link.isEnabled || instance === undefined) return { outcome, loses: [], certain: false, because };
  const status = lowerStatus(user.status, link.assignedOverride ?? isAssigned(instance.assignment, user));
  const { capabilities } = instance.provider;
  return comingBack(
    {
      status,
      target: instance.lowering[status],
      desired: instance.provider.normalize({
        status: user.status,
        attributes: user,
        remoteKey: link.remoteKey ?? user.externalKey,
      }),
      observed: {
        state: link.observedState ?? 'absent',
        marker: link.observedMarker,
        attributes: link.asserted?.attributes ?? null,
        tags: link.asserted?.tags ?? null,
      },
      owed: link.owed,
      hadAccount: link.accountId !== null,
      mayRecreate: link.mayRecreate,
      // Nobody who can come back is being purged, let alone erased.
      isErasure: false,
      purgeAccepted: false,
      capabilities,
    },
    {
      verb,
      park: link.park,
      isSettled: link.isSettled && link.certainty !== 'stale',
      hold: link.hold,
      halt: link.halt,
      isProfileErased: link.isProfileErased,
    },
  );
}

const SWITCHED_OFF =
  'the provider is switched off: nothing is done there until it has settings again in every process';
const NOT_CONFIGURED = 'the provider has no settings in the process that answers; see ROLLCALL_PROVIDERS';

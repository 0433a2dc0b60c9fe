import {
  ANNA_TAGGED,
  openBackDoor,
  type ContractGuest,
  type ListingShape,
} from '#identity-provider/contract';
import { startSendauth } from '../../../../test/support/simulated-kinds.js';
import { sendauthMapping } from './mapping.js';

const page: ListingShape['page'] = ({ rows, total }) => ({ rows, total });

/** The adapter in front of a simulated SendAuth that behaves so. */
export async function openSendauthGuest(behaviour: object = {}, padNames = false): Promise<ContractGuest> {
  const service = await startSendauth(padNames);
  return {
    provider: service.build(),
    mapping: sendauthMapping({ padNames }),
    stranger: service.build({ PASSWORD: 'not-the-password' }),
    astray: null,
    // An email has no empty spelling; `provider.spec.ts` tells what we do then.
    keeps: 'putOmitted' in behaviour ? ['email'] : [],
    nobody: { accountId: '00000000-0000-4000-8000-00000000dead', remoteKey: 'nobody' },
    backDoor: openBackDoor(service.running, {
      idMember: 'id',
      behaviour: { ...behaviour },
      unmanaged: {
        role: 'admin',
        permissions: ['reports\n\tand more'],
        messagingPreference: 'both',
        hasPasskeys: true,
      },
      markerPath: null,
      owed: {
        setTags: {
          due: { tags: { left: 'over' } },
          isPaid: ({ raw }) => spell(raw['tags']) === spell(ANNA_TAGGED.attributes.tags),
        },
      },
      stranger: (number) => ({
        firstName: 'Some',
        lastName: 'Stranger',
        email: `stranger-${number}@example.net`,
        createdAt: createdAt(number),
      }),
      ends: { first: { createdAt: createdAt(-1) }, last: { createdAt: createdAt(1_000_000) } },
      listings: {
        live: { path: '/users([?]|$)', counts: true, page },
        softDeleted: { path: '/users/deleted([?]|$)', counts: true, page },
      },
    }),
    close: () => service.close(),
  };
}

function createdAt(number: number): string {
  return new Date(Date.UTC(2024, 0) + number * 1000).toISOString();
}

/** A tag map in one spelling, whatever the order of its names. */
function spell(tags: unknown): string {
  return JSON.stringify(Object.entries(tags ?? {}).sort());
}

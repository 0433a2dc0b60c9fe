import { openBackDoor, type ContractGuest } from '#identity-provider/contract';
import { startSunshine } from '../../../../test/support/simulated-kinds.js';
import type { SunshineSettings } from './config.js';
import { sunshineMapping } from './mapping.js';

/** The adapter in front of a simulated Sunshine that behaves so. @param fields custom attributes that it carries */
export async function openSunshineGuest(
  behaviour: object,
  fields: readonly string[],
  auth: Pick<SunshineSettings, 'AUTH'> = { AUTH: 'basic' },
): Promise<ContractGuest> {
  const service = await startSunshine(fields);
  return {
    provider: service.build(auth),
    mapping: sunshineMapping(fields),
    stranger: service.build({ ...auth, KEY_SECRET: 'not-the-secret' }),
    astray: service.build({ ...auth, APP_ID: 'not-the-app' }),
    nobody: { accountId: 'ffffffffffffffffffffffff', remoteKey: 'nobody' },
    backDoor: openBackDoor(service.running, {
      idMember: 'id',
      behaviour: { ...behaviour },
      unmanaged: {
        metadata: { tier: 'gold', note: 'two\n\tlines', visits: 3, consent: false },
        signedUpAt: '2020-01-01T00:00:00.000Z',
      },
      markerPath: 'metadata.rollcallStatus',
      owed: {},
      stranger: (number) => ({ externalId: `stranger-${number}` }),
    }),
    close: () => service.close(),
  };
}

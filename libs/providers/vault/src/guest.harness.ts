import { openBackDoor, type ContractGuest } from '#identity-provider/contract';
import { startVault } from '../../../../test/support/simulated-kinds.js';
import { vaultMapping } from './mapping.js';

/** The adapter in front of a simulated Vault that behaves so. */
export async function openVaultGuest(behaviour: object = {}): Promise<ContractGuest> {
  const service = await startVault();
  return {
    provider: service.build(),
    mapping: vaultMapping,
    stranger: service.build({ API_KEY: 'not-the-key' }),
    astray: service.build({ APP_ID: 'not-the-app' }),
    nobody: { accountId: 'nobody', remoteKey: 'nobody' },
    backDoor: openBackDoor(service.running, {
      idMember: 'consumer_id',
      behaviour: { ...behaviour },
      unmanaged: { services: ['salesforce'], aggregated_request_count: 7 },
      markerPath: null,
      owed: {},
      stranger: (number) => ({ consumer_id: `stranger-${number}` }),
      listings: {
        live: {
          path: '/vault/consumers([?]|$)',
          counts: false,
          page: ({ rows, next }) => ({
            status_code: 200,
            status: 'OK',
            data: rows,
            meta: { items_on_page: rows.length, cursors: { previous: null, current: null, next } },
          }),
        },
      },
    }),
    close: () => service.close(),
  };
}

import { CUSTOM_ATTRIBUTES, openBackDoor, type ContractGuest } from '#identity-provider/contract';
import { startPassage } from '../../../../test/support/simulated-kinds.js';
import { passageMapping } from './mapping.js';

/** Everything that the app's schema of metadata has in the contract's runs, beside one field that is not ours. */
export const METADATA_FIELDS: readonly string[] = ['displayName', ...CUSTOM_ATTRIBUTES];
export const METADATA_SCHEMA = { metadataFields: [...METADATA_FIELDS, 'tier'].join(',') };

/** The adapter in front of a simulated Passage that behaves so. @param fields what it carries in metadata */
export async function openPassageGuest(behaviour: object, fields: readonly string[]): Promise<ContractGuest> {
  const service = await startPassage(fields);
  return {
    provider: service.build(),
    mapping: passageMapping(fields),
    stranger: service.build({ API_KEY: 'not-the-key' }),
    astray: service.build({ APP_ID: 'not-the-app' }),
    nobody: { accountId: 'nobodyNobodyNobodyNobody', remoteKey: 'nobody' },
    backDoor: openBackDoor(service.running, {
      idMember: 'id',
      behaviour: { ...behaviour },
      unmanaged: {
        login_count: 7,
        ...(fields.length === 0 ? {} : { user_metadata: { tier: 'gold\n\tand more' } }),
      },
      markerPath: null,
      owed: {
        revokeTokens: { due: { refreshTokens: 2 }, isPaid: ({ raw }) => raw['refreshTokens'] === 0 },
      },
      stranger: (number) => ({ email: `stranger-${number}@example.net`, created_at: createdAt(number) }),
      ends: { first: { created_at: createdAt(-1) }, last: { created_at: createdAt(1_000_000) } },
      listings: {
        live: {
          path: '/users([?]|$)',
          counts: true,
          page: ({ number, rows, total }) => ({
            users: rows,
            page: number,
            limit: rows.length,
            total_users: total,
            created_before: 1_900_000_000,
            _links: {},
          }),
        },
      },
    }),
    close: () => service.close(),
  };
}

/** A second apart, so that creation has an order. */
function createdAt(number: number): string {
  return new Date(Date.UTC(2024, 0) + number * 1000).toISOString().replace('Z', '000Z');
}

import {
  describeProvider,
  openBackDoor,
  type ContractGuest,
  type StandIn,
} from '#identity-provider/contract';
import type { RunningProvider } from '../../../../apps/simulators/src/frame/index.js';
import { startSendauth } from '../../../../test/support/simulated-kinds.js';
import { sendauthCapabilities } from './capabilities.js';
import { sendauthMapping } from './mapping.js';

const BEHAVIOURS = [
  {},
  { getSoftDeleted: 200 },
  { softDeletedBlocksEmail: false },
  { deleteTwice: 200 },
  { serviceAccountListed: true },
  { putOmitted: 'keep' },
  { errorBodies: 'text' },
  { errorBodies: 'empty' },
  { deleteThenGetLiveMs: 50 },
];

async function setUp(behaviour: object, padNames: boolean): Promise<ContractGuest> {
  const service = await startSendauth(padNames);
  return {
    provider: service.build(),
    mapping: sendauthMapping({ padNames }),
    stranger: service.build({ PASSWORD: 'not-the-password' }),
    astray: null,
    // An email has no empty spelling; `provider.spec.ts` tells what we do then.
    keeps: 'putOmitted' in behaviour ? ['email'] : [],
    nobody: { accountId: '00000000-0000-4000-8000-00000000dead', remoteKey: 'nobody' },
    backDoor: openBackDoor(atTheWire(service.running), {
      idMember: 'id',
      behaviour: { ...behaviour },
      unmanaged: { role: 'admin', permissions: ['reports'], messagingPreference: 'both', hasPasskeys: true },
      markerPath: null,
      owed: {},
      stranger: (number) => ({
        firstName: 'Some',
        lastName: 'Stranger',
        email: `stranger-${number}@example.net`,
        createdAt: new Date(Date.UTC(2024, 0) + number * 1000).toISOString(),
      }),
    }),
    close: () => service.close(),
  };
}

/** The simulator from behind, with accounts as JSON has them: members without a value are absent. */
function atTheWire(running: RunningProvider): StandIn {
  return {
    provider: {
      behaviour: running.provider.behaviour,
      *accounts() {
        for (const account of running.provider.accounts()) {
          const given = Object.entries(account).filter(([, value]) => value !== undefined);
          yield { ...Object.fromEntries(given), state: account.state };
        }
      },
    },
    plant: (changes) => running.plant(changes),
    addFaults: (script) => {
      running.addFaults(script);
    },
    clearFaults: () => {
      running.clearFaults();
    },
    reset: () => {
      running.reset();
    },
  };
}

for (const behaviour of BEHAVIOURS) {
  describeProvider({
    name: `SendAuth where ${JSON.stringify(behaviour)}`,
    capabilities: sendauthCapabilities,
    setUp: () => setUp(behaviour, false),
  });
}

describeProvider({
  name: 'SendAuth with padded names',
  capabilities: sendauthCapabilities,
  setUp: () => setUp({}, true),
});

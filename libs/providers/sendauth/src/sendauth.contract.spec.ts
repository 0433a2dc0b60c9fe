import { describeProvider } from '#identity-provider/contract';
import { plan } from '#reconciler';
import { sendauthCapabilities } from './capabilities.js';
import { openSendauthGuest } from './guest.harness.js';

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

for (const behaviour of BEHAVIOURS) {
  describeProvider({
    name: `SendAuth where ${JSON.stringify(behaviour)}`,
    capabilities: sendauthCapabilities,
    plan,
    setUp: () => openSendauthGuest(behaviour),
  });
}

describeProvider({
  name: 'SendAuth with padded names',
  capabilities: sendauthCapabilities,
  plan,
  setUp: () => openSendauthGuest({}, true),
});

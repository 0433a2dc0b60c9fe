import type { ProviderClient } from '#http';
import type { SendauthService } from '../../../../test/support/simulated-kinds.js';
import { createSendauthClient, sendauthSettings } from './config.js';

/** A client of one's own in front of a simulated SendAuth; whoever opens it closes it. */
export function openSendauth({ running }: SendauthService): ProviderClient {
  const { SENDAUTH_BASE_URL, SENDAUTH_USERNAME, SENDAUTH_PASSWORD } = running.environment;
  return createSendauthClient(
    sendauthSettings.parse({
      BASE_URL: SENDAUTH_BASE_URL,
      USERNAME: SENDAUTH_USERNAME,
      PASSWORD: SENDAUTH_PASSWORD,
    }),
  );
}

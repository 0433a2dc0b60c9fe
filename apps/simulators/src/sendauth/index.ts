import type { SimulatorDefinition } from '../frame/index.js';
import { SendAuthSimulator } from './simulator.js';

export { SERVICE_ACCOUNT_ID } from './service-account.js';

const CREDENTIALS = { username: 'simulated-sendauth-user', password: 'simulated-sendauth-password' };

/** SendAuth. @see PROVIDERS.md 4, sendauth.openapi.yaml */
export const sendAuthDefinition: SimulatorDefinition = {
  name: 'sendauth',
  basePath: '',
  create: (context) => new SendAuthSimulator(context, CREDENTIALS),
  environment: (baseUrl) => ({
    SENDAUTH_BASE_URL: baseUrl,
    SENDAUTH_USERNAME: CREDENTIALS.username,
    SENDAUTH_PASSWORD: CREDENTIALS.password,
  }),
};

import type { SimulatorDefinition } from '../frame/index.js';
import { SunshineSimulator } from './simulator.js';

const KEY = {
  appId: '5d8cff3cd55b040010928b5b',
  keyId: 'app_5963ceb97cde542d000dbdb1',
  secret: 'simulated-sunshine-secret',
};

/** Zendesk Sunshine Conversations v2. */
export const sunshineDefinition: SimulatorDefinition = {
  name: 'sunshine',
  // As in `https://{subdomain}.zendesk.com/sc`. @see PROVIDERS.md 2.1
  basePath: '/sc',
  create: (context) => new SunshineSimulator(context, KEY),
  environment: (baseUrl) => ({
    SUNSHINE_BASE_URL: baseUrl,
    SUNSHINE_APP_ID: KEY.appId,
    SUNSHINE_KEY_ID: KEY.keyId,
    SUNSHINE_KEY_SECRET: KEY.secret,
  }),
};

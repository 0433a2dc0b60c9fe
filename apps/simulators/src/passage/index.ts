import type { SimulatorDefinition } from '../frame/index.js';
import { PassageSimulator } from './simulator.js';

const KEY = { appId: 'simulatedPassageApp24chr', apiKey: 'simulated-passage-key' };

/** Passage by 1Password, Management API v1. */
export const passageDefinition: SimulatorDefinition = {
  name: 'passage',
  basePath: '/v1',
  create: (context) => new PassageSimulator(context, KEY),
  environment: (baseUrl) => ({
    PASSAGE_BASE_URL: baseUrl,
    PASSAGE_APP_ID: KEY.appId,
    PASSAGE_API_KEY: KEY.apiKey,
  }),
};

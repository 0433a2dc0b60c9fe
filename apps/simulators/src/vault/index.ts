import type { SimulatorDefinition } from '../frame/index.js';
import { VaultSimulator } from './simulator.js';

const CREDENTIALS = { apiKey: 'simulated-vault-api-key', applicationId: 'simulated-vault-app' };

/** Apideck Vault. @see PROVIDERS.md 1, vault.openapi.yml */
export const vaultDefinition: SimulatorDefinition = {
  name: 'vault',
  basePath: '',
  create: (context) => new VaultSimulator(context, CREDENTIALS),
  environment: (baseUrl) => ({
    VAULT_BASE_URL: baseUrl,
    VAULT_API_KEY: CREDENTIALS.apiKey,
    VAULT_APP_ID: CREDENTIALS.applicationId,
  }),
};

import { passageDefinition } from '../../apps/simulators/src/passage/index.js';
import { sendAuthDefinition } from '../../apps/simulators/src/sendauth/index.js';
import { sunshineDefinition } from '../../apps/simulators/src/sunshine/index.js';
import { vaultDefinition } from '../../apps/simulators/src/vault/index.js';
import {
  createPassage,
  createPassageClient,
  passageSettings,
  type PassageSettings,
} from '#providers/passage';
import {
  createSendauth,
  createSendauthClient,
  sendauthSettings,
  type SendauthSettings,
} from '#providers/sendauth';
import {
  createSunshine,
  createSunshineClient,
  sunshineSettings,
  type SunshineSettings,
} from '#providers/sunshine';
import { createVault, createVaultClient, vaultSettings, type VaultSettings } from '#providers/vault';
import { startSimulated, type SimulatedService } from './simulated-provider.js';

export type VaultService = SimulatedService<VaultSettings>;
export type SunshineService = SimulatedService<SunshineSettings>;
export type PassageService = SimulatedService<PassageSettings>;
export type SendauthService = SimulatedService<SendauthSettings>;

export function startVault(): Promise<VaultService> {
  return startSimulated(vaultDefinition, {
    settings: vaultSettings,
    openClient: createVaultClient,
    create: createVault,
  });
}

/** @param fields custom attributes that its adapters carry in metadata */
export function startSunshine(fields: readonly string[] = []): Promise<SunshineService> {
  return startSimulated(
    sunshineDefinition,
    { settings: sunshineSettings, openClient: createSunshineClient, create: createSunshine },
    { METADATA_FIELDS: fields.join(',') },
  );
}

/** @param fields attributes that its adapters carry in user metadata */
export function startPassage(fields: readonly string[] = []): Promise<PassageService> {
  return startSimulated(
    passageDefinition,
    { settings: passageSettings, openClient: createPassageClient, create: createPassage },
    { METADATA_FIELDS: fields.join(',') },
  );
}

export function startSendauth(padNames = false): Promise<SendauthService> {
  return startSimulated(
    sendAuthDefinition,
    { settings: sendauthSettings, openClient: createSendauthClient, create: createSendauth },
    { PAD_NAMES: String(padNames) },
  );
}

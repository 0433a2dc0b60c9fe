export { spellAssignment } from './assignment.js';
export * from './environment.js';
export * from './instances.js';
export { policySettingOf } from './policy.js';
export * from './problem.js';
export * from './secret.js';
export * from './settings.js';
export { SETTINGS, type SettingLine } from './setting-lines.js';

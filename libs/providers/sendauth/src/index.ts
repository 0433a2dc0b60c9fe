export * from './api.js';
export * from './capabilities.js';
export * from './config.js';
export * from './convert.js';
export * from './mapping.js';
export * from './module.js';
export * from './provider.js';

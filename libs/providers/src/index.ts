export * from './factories.js';
export * from './module.js';
export * from './registry.js';

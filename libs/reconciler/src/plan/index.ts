export * from './charge.js';
export * from './coming-back.js';
export * from './differences.js';
export * from './lower.js';
export * from './plan.js';

export * from './charge.js';
export * from './differences.js';
export * from './lower.js';
export * from './plan.js';

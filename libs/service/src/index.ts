export * from './open.js';
export * from './run-process.js';

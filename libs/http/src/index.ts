export * from './client.js';
export * from './context.js';
export * from './provider-client.js';
export { parseRetryAfter } from './retry-after.js';

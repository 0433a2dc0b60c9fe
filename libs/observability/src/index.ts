export * from './clock.js';
export * from './error-fields.js';
export * from './ids.js';
export * from './log-fields.js';
export * from './logger.js';
export * from './nest-logger.js';
export * from './sparingly.js';

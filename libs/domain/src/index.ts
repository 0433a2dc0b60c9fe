export * from './assignment.js';
export * from './budget.js';
export * from './erasure.js';
export * from './lane.js';
export * from './link.js';
export * from './status.js';
export * from './text.js';
export * from './user.js';

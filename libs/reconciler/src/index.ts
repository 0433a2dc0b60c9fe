export * from './engine-dependencies.js';
export * from './keeper.js';
export { SharedPace, NO_PACE, type Pace } from './pace.js';
export * from './plan/index.js';
export * from './preview.js';
export * from './provider-pump.js';
export * from './provider-room.js';
export * from './settings.js';

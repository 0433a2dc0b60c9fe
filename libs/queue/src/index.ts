export type { QueueSettings } from './backend.js';
export * from './doorbell-queue.js';
export { doorbellSchema, type Doorbell, type DoorbellJob } from './doorbell.js';

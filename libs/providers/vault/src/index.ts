export * from './api.js';
export * from './capabilities.js';
export * from './config.js';
export {
  consumerSchema,
  heldConsumerSchema,
  type ConsumerAnswer,
  type ConsumerStats,
  type HeldConsumer,
  type VaultConnection,
  type VaultConsumer,
} from './consumer.js';
export * from './convert.js';
export * from './mapping.js';
export * from './module.js';
export * from './operations.js';
export type { ConsumerPage } from './page.js';
export * from './provider.js';
export type { ConsumerMetadata, ConsumersQuery, CreateConsumerBody, UpdateConsumerBody } from './request.js';

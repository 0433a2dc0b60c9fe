export * from './api.js';
export * from './capabilities.js';
export * from './config.js';
export * from './convert.js';
export type { Comparison, TextComparison, UserFilters, UserStatus } from './filters.js';
export * from './mapping.js';
export * from './module.js';
export type { PassageUserPage } from './page.js';
export * from './provider.js';
export type { UserBody } from './user-body.js';
export {
  heldUserSchema,
  listedUserSchema,
  userSchema,
  type HeldUser,
  type ListedPassageUser,
  type PassageUser,
  type UserAnswer,
} from './user.js';
export { ORDER_FIELDS, type OrderKey, type UsersQuery } from './users-query.js';

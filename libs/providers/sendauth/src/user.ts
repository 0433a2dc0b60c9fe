import { z } from 'zod';
import { isUuid } from './limits.js';

/**
 * What the mirror needs of a user, and everything else as it came: an update has to send back what it does not manage,
 * words that the description does not list among it. `detailsOf` reads the rest.
 * @see sendauth.openapi.yaml `User`
 */
export const userSchema = z.looseObject({
  id: z.string().refine(isUuid),
  firstName: z.string().nullish(),
  lastName: z.string().nullish(),
  email: z.string().nullish(),
  phone: z.string().nullish(),
  company: z.looseObject({ name: z.string().nullish() }).nullish(),
  createdAt: z.unknown().optional(),
});

/** A user as SendAuth answers it. */
export type SendauthUser = z.infer<typeof userSchema>;

/** One page of users. @see sendauth.openapi.yaml `PaginatedUsers` */
export const userPageSchema = z.object({
  rows: z.array(userSchema).nullish(),
  total: z.number().int().nonnegative(),
});

/** A user, and the HTTP status that answered with it. */
export interface UserAnswer {
  readonly status: number;
  readonly user: SendauthUser;
}

/** One page of users, and how many there are on all pages. */
export interface UserPage {
  readonly users: readonly SendauthUser[];
  readonly total: number;
}

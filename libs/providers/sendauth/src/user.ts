import { z } from 'zod';

/** A user's id. What else stands in its place in a path may address something else: `deleted` is the deleted list. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text can be the id of a user. @see sendauth.openapi.yaml `userID` */
export function isUserId(text: string): boolean {
  return UUID.test(text);
}

/**
 * What the port needs of a user, and everything else as it came: an update has to send back what it does not manage.
 * @see sendauth.openapi.yaml `User`
 */
export const userSchema = z.looseObject({
  id: z.string().regex(UUID),
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

/** Body of a create and of an update: the whole user, without what is read-only. @see sendauth.openapi.yaml `User` */
export type UserBody = Readonly<Record<string, unknown>>;

/** Members that an answer has and no body. @see sendauth.openapi.yaml `User` readOnly */
export const READ_ONLY: readonly string[] = [
  'id',
  'username',
  'hasPasskeys',
  'createdAt',
  'lastAuthenticated',
];

/** @see sendauth.openapi.yaml `Company` readOnly */
export const READ_ONLY_OF_COMPANY: readonly string[] = ['createdAt'];

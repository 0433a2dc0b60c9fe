import { openEnum } from '#http';
import { z } from 'zod';
import { MESSAGING_PREFERENCES, ROLES } from './user-body.js';
import { lenientDate, lenientText, lenientTexts } from './lenient.js';
import type { SendauthUser } from './user.js';

const companySchema = z.object({
  id: lenientText,
  orgID: lenientText,
  name: lenientText,
  createdAt: lenientDate,
});

const detailsSchema = z.object({
  id: z.string(),
  username: lenientText,
  firstName: lenientText,
  lastName: lenientText,
  email: lenientText,
  phone: lenientText,
  role: openEnum(ROLES).nullable().catch(null).default(null),
  company: companySchema.nullable().catch(null).default(null),
  permissions: lenientTexts,
  groupPermissions: lenientTexts,
  permissionGroups: lenientTexts,
  messagingPreference: openEnum(MESSAGING_PREFERENCES).nullable().catch(null).default(null),
  hasPasskeys: z.boolean().nullable().catch(null).default(null),
  createdAt: lenientDate,
  lastAuthenticated: lenientDate,
});

/** Everything that the description says of a user. `null`: not told, or not readable. */
export type UserDetails = Readonly<z.infer<typeof detailsSchema>>;

/**
 * Reads the whole of a user, for those who want to look at one: the mirror does without, as it reads twenty thousand.
 * Never fails: a word that the description does not list reads as `unknown`, a member that is missing or of another
 * type as `null`, and members that are not described are left out.
 * @see sendauth.openapi.yaml `User`, `Company`
 */
export function detailsOf(user: SendauthUser): UserDetails {
  return detailsSchema.parse(user);
}

import { z } from 'zod';
import { newUserSchema } from '#store';
import { reason } from '../holds/requests.js';
import { userId } from '../users/requests.js';

const confirm = (what: string) =>
  z
    .string()
    .max(512, 'is too long to be one')
    .optional()
    .meta({ description: `${what}, once more.` });

/** Why a finding is nothing to care about. */
export const ignoreBody = z.strictObject({ reason });
export type IgnoreBody = z.infer<typeof ignoreBody>;

/** Whose account it is. */
export const linkBody = z.strictObject({ userId, confirm: confirm('The externalKey of the user') });
export type LinkBody = z.infer<typeof linkBody>;

/** Whom the account belongs to from here on. */
export const adoptBody = newUserSchema;
export type AdoptBody = z.infer<typeof adoptBody>;

/** That an account is to be destroyed, and why. */
export const removeBody = z.strictObject({
  confirm: confirm('The accountId of the finding'),
  reason,
});
export type RemoveBody = z.infer<typeof removeBody>;

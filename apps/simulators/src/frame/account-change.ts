import { z } from 'zod';

const id = z.string().min(1);
const account = z.record(z.string(), z.unknown());

/**
 * A change made behind our back.
 * - `put`: create or replace the whole account, in the provider's own shape (its id within); `state` may be given
 * - `patch`: a JSON merge patch on one account: nested objects are merged, `null` removes a member (see `mergePatch`)
 * - `remove`: gone without a trace; `softDelete`, `restore`, `suspend`, `activate`: what the provider's console would do
 */
const accountChangeSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('put'), account }),
  z.strictObject({ op: z.literal('patch'), id, account }),
  z.strictObject({ op: z.enum(['remove', 'softDelete', 'restore', 'suspend', 'activate']), id }),
]);
export type AccountChange = z.infer<typeof accountChangeSchema>;

/** One change or a list of them. */
export const accountChangesSchema = z.union([z.array(accountChangeSchema), accountChangeSchema]);

/** A planted change that cannot be made; the control API answers 422 with its message. */
export class ChangeRefused extends Error {
  override readonly name = 'ChangeRefused';
}

import { z } from 'zod';
import { ChangeRefused, mergePatch } from '../frame/index.js';
import type { Birth } from './change.js';
import { toWireUser, type SunshineAccount } from './account.js';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const filled = z.string().min(1);

/** The provider's own shape, lengths and formats left aside: what is there is there. */
const shape = z.object({
  id: z
    .string()
    .regex(/^[0-9a-f]{24}$/)
    .optional(),
  externalId: filled.nullish(),
  zendeskId: filled.nullish(),
  brandId: filled.nullish(),
  authenticated: z.boolean().optional(),
  signedUpAt: z.string().optional(),
  toBeRetained: z.boolean().nullish(),
  profile: z
    .object({
      givenName: filled.optional(),
      surname: filled.optional(),
      email: filled.optional(),
      avatarUrl: filled.optional(),
      locale: filled.optional(),
      localeOrigin: filled.optional(),
    })
    .optional(),
  metadata: z.record(z.string(), scalar).optional(),
  identities: z.array(z.object({ type: filled, value: filled, verification: z.string() })).optional(),
  state: z.enum(['live', 'deleting']).optional(),
});

/** The whole account that a `put` names; what it leaves out is as if never set. Throws `ChangeRefused`. */
export function readPlanted(account: unknown, birth: Birth): SunshineAccount {
  const parsed = shape.safeParse(account);
  if (!parsed.success) throw new ChangeRefused(z.prettifyError(parsed.error));
  const { data } = parsed;
  return {
    id: data.id ?? birth.id,
    externalId: data.externalId ?? null,
    zendeskId: data.zendeskId ?? null,
    brandId: data.brandId ?? null,
    authenticated: data.authenticated ?? false,
    signedUpAt: data.signedUpAt ?? birth.at,
    toBeRetained: data.toBeRetained ?? null,
    // Optional members of the schema are absent or texts, never undefined: JSON has no such value.
    profile: Object.fromEntries(Object.entries(data.profile ?? {})),
    metadata: data.metadata ?? {},
    identities: data.identities ?? [],
    isDeleting: data.state === 'deleting',
  };
}

/** The account with a merge patch applied. Throws `ChangeRefused`. */
export function overwrite(
  account: SunshineAccount,
  members: Readonly<Record<string, unknown>>,
): SunshineAccount {
  const state = account.isDeleting ? 'deleting' : 'live';
  const whole = mergePatch({ ...toWireUser(account), state }, { ...members, id: account.id });
  return readPlanted(whole, { id: account.id, at: account.signedUpAt });
}

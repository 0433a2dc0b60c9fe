import { asItCame } from '#http';
import { z } from 'zod';
import { isMetadataValue, type MetadataValue } from './user-body.js';

/**
 * The part of a user that the mirror needs, read with as little work as that takes: it is read at every step of every
 * user, and a member that is of no use to the mirror must not be able to stop it.
 * @see PROVIDERS.md 2.3; sunshine.openapi.yaml `user`
 */
export const heldUserSchema = z.object({
  id: z.string().min(1),
  externalId: z.string().nullish(),
  profile: asItCame.nullish(),
  metadata: asItCame.nullish(),
});

/** A user as the mirror sees it; members of profile and metadata as they came. */
export type HeldUser = z.infer<typeof heldUserSchema>;

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? null);

const profileSchema = z.object({
  givenName: text,
  surname: text,
  email: text,
  avatarUrl: text,
  locale: text,
});

/** Neither list of words is closed in the description: these are texts, and every one of them is kept. */
const identitySchema = z.object({ type: text, value: text, verification: text });

/**
 * The whole of a user as the description has it, whatever it left out as `null`. Members that it does not describe
 * (`hasPaymentInfo`, `profile.localeOrigin` in its own examples) are dropped.
 * @see sunshine.openapi.yaml `user`, `userTruncated`, checked 2026-11-20
 */
export const userSchema = z.object({
  id: z.string().min(1),
  /** Signed in by a token or through the Help Center. */
  authenticated: flag,
  externalId: text,
  /** Leads to the core user of Zendesk Support, where the user has one. */
  zendeskId: text,
  /** The brand of a user who belongs to one only. */
  brandId: text,
  signedUpAt: text.transform(toDate),
  /** Exempt from the deletion schedules of the account. */
  toBeRetained: flag,
  profile: profileSchema.nullish().transform((profile) => profile ?? profileSchema.parse({})),
  metadata: z.record(z.string(), z.unknown()).nullish().transform(toMetadata),
  identities: z
    .array(identitySchema)
    .nullish()
    .transform((identities) => identities ?? []),
});

/** A user as Sunshine Conversations describes it. */
export type SunshineUser = z.infer<typeof userSchema>;

/** A user, and the HTTP status that answered with it. */
export interface UserAnswer<User> {
  readonly status: number;
  readonly user: User;
}

/** A time that cannot be read is none: it tells about the user, and decides nothing. */
function toDate(value: string | null): Date | null {
  const date = new Date(value ?? '');
  return Number.isNaN(date.getTime()) ? null : date;
}

function toMetadata(
  held: Readonly<Record<string, unknown>> | null | undefined,
): Record<string, MetadataValue> {
  const carried = Object.entries(held ?? {}).filter((entry): entry is [string, MetadataValue] =>
    isMetadataValue(entry[1]),
  );
  return Object.fromEntries(carried);
}

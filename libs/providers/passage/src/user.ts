import { asItCame, openEnum, orNull, timeOrNull } from '#http';
import { z } from 'zod';

/**
 * The part of a user that the mirror needs, read with as little work as that takes: it is read at every step of every
 * user, and a member that is of no use to the mirror must not be able to stop it.
 * `status` is not closed here: one that is not known yet must not make an account unreadable.
 * @see PROVIDERS.md 3.3; passage.openapi.yaml `UserInfo`, `ListPaginatedUsersItem`
 */
export const heldUserSchema = z.object({
  id: z.string().min(1),
  email: z.string().nullish(),
  phone: z.string().nullish(),
  status: z.string().nullish(),
  /** RFC 3339, in UTC. */
  created_at: z.string().nullish(),
  user_metadata: asItCame.nullish(),
});

/** A user as the mirror sees it. */
export type HeldUser = z.infer<typeof heldUserSchema>;

const text = orNull(z.string());
const flag = orNull(z.boolean());
const count = orNull(z.number());

/** A text that is always there, and empty when there is none (inferred). @see PROVIDERS.md 3.3 */
const textIfAny = text.transform((value) => (value === '' ? null : value));

/** A time that is always there, and Go's zero time, in the year 1, for what never happened (inferred). */
const momentIfAny = timeOrNull.transform((at) => (at === null || at.getUTCFullYear() <= 1 ? null : at));

const webauthnType = openEnum(['passkey', 'security_key', 'platform']);
const SOCIAL_LOGINS = ['apple', 'github', 'google'] as const;

/** A passkey. Icons are base64 encoded SVG. @see passage.openapi.yaml `WebAuthnDevices` */
const deviceSchema = z.object({
  id: text,
  cred_id: text,
  friendly_name: text,
  type: orNull(webauthnType),
  usage_count: count,
  created_at: timeOrNull,
  updated_at: timeOrNull,
  last_login_at: momentIfAny,
  icons: orNull(z.object({ light: text, dark: text })),
});

/** Something that a person did. Holds addresses of networks and devices. @see passage.openapi.yaml `UserRecentEvent` */
const recentEventSchema = z.object({
  id: text,
  type: text,
  action: orNull(openEnum(['register', 'login', 'other'])),
  status: orNull(openEnum(['complete', 'incomplete'])),
  ip_addr: text,
  user_agent: text,
  user_agent_display: text,
  social_login_type: orNull(openEnum(SOCIAL_LOGINS)),
  created_at: timeOrNull,
  completed_at: timeOrNull,
});

/** A login through another service; `provider_identifier` is the email there. @see passage.openapi.yaml `UserSocialConnections` */
const socialConnection = orNull(
  z.object({
    provider_id: text,
    provider_identifier: text,
    created_at: timeOrNull,
    last_login_at: momentIfAny,
  }),
);

/** The whole of an item of a listing, whatever it left out as `null`. @see passage.openapi.yaml `ListPaginatedUsersItem` */
export const listedUserSchema = z.object({
  id: z.string().min(1),
  email: textIfAny,
  phone: textIfAny,
  email_verified: flag,
  phone_verified: flag,
  /** Of users of Flex apps only. */
  external_id: textIfAny,
  status: orNull(openEnum(['active', 'inactive', 'pending'])),
  created_at: timeOrNull,
  updated_at: timeOrNull,
  last_login_at: momentIfAny,
  login_count: count,
  user_metadata: orNull(z.record(z.string(), z.unknown())),
});

/**
 * The whole of a user as the description has it, whatever it left out as `null`. Members that it does not describe are
 * dropped.
 * @see passage.openapi.yaml `UserInfo`, checked 2026-11-20
 */
export const userSchema = listedUserSchema.extend({
  webauthn: flag,
  webauthn_devices: orNull(z.array(deviceSchema)),
  webauthn_types: orNull(z.array(webauthnType)),
  recent_events: orNull(z.array(recentEventSchema)),
  social_connections: orNull(
    z.object({ apple: socialConnection, github: socialConnection, google: socialConnection }),
  ),
});

/** A user as Passage lists it. */
export type ListedPassageUser = z.infer<typeof listedUserSchema>;

/** A user as Passage describes it. */
export type PassageUser = z.infer<typeof userSchema>;

/** A user, and the HTTP status that answered with it. */
export interface UserAnswer<User> {
  readonly status: number;
  readonly user: User;
}

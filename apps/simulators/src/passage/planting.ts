import { z } from 'zod';
import { ChangeRefused, mergePatch, type HeldAccount } from '../frame/index.js';
import {
  blankAccount,
  NEVER,
  SOCIAL_LOGINS,
  toUserInfo,
  USER_STATUSES,
  type PassageAccount,
  type PassageDevice,
} from './account.js';

const count = z.number().int().min(0);
const time = z.string().min(1);
const device = z.object({
  id: z.string().min(1),
  cred_id: z.string().default('credential'),
  friendly_name: z.string().default('Device'),
  type: z.enum(['passkey', 'security_key', 'platform']).default('passkey'),
  usage_count: count.default(0),
  created_at: time.optional(),
  updated_at: time.optional(),
  last_login_at: time.optional(),
});

const event = z.object({
  id: z.string().min(1),
  type: z.string().default('login'),
  action: z.enum(['register', 'login', 'other']).default('login'),
  status: z.enum(['complete', 'incomplete']).default('complete'),
  ip_addr: z.string().default('192.0.2.1'),
  user_agent: z.string().default('Browser'),
  user_agent_display: z.string().default('Browser'),
  social_login_type: z.enum(SOCIAL_LOGINS).nullable().default(null),
  created_at: time,
  completed_at: time.nullable().default(null),
});
const socialConnection = z.object({
  provider_id: z.string(),
  provider_identifier: z.string(),
  created_at: time,
  last_login_at: time.default(NEVER),
});

/** The shape that `accounts` shows; what is derived there (`webauthn`, ...) is passed over. */
const shape = z.object({
  id: z.string().min(1).optional(),
  email: z.string().optional(),
  phone: z.string().optional(),
  email_verified: z.boolean().optional(),
  phone_verified: z.boolean().optional(),
  status: z.enum(USER_STATUSES).optional(),
  /** Says the status where `status` does not. */
  state: z.enum(['live', 'suspended']).optional(),
  created_at: time.optional(),
  updated_at: time.optional(),
  last_login_at: time.optional(),
  login_count: count.optional(),
  user_metadata: z.record(z.string(), z.unknown()).nullish(),
  webauthn_devices: z.array(device).optional(),
  recent_events: z.array(event).optional(),
  social_connections: z.partialRecord(z.enum(SOCIAL_LOGINS), socialConnection).optional(),
  refreshTokens: count.optional(),
  tokensRevokedAt: time.nullish(),
});

/** An account as the control API shows it: Passage's shape, and the tokens that no call shows. */
export function toHeld(account: PassageAccount): HeldAccount {
  return {
    ...toUserInfo(account),
    refreshTokens: account.refreshTokens,
    tokensRevokedAt: account.tokensRevokedAt,
    state: account.status === 'inactive' ? 'suspended' : 'live',
  };
}

/** The whole account that a `put` names; what it leaves out is as if never set. Throws `ChangeRefused`. */
export function readPlanted(account: unknown, birth: { id: string; at: string }): PassageAccount {
  const parsed = shape.safeParse(account);
  if (!parsed.success) throw new ChangeRefused(z.prettifyError(parsed.error));
  const { webauthn_devices: devices = [], state, ...given } = parsed.data;
  const blank = blankAccount(given.id ?? birth.id, given.created_at ?? birth.at);
  return {
    ...blank,
    status: state === 'suspended' ? 'inactive' : blank.status,
    // The schema's optional members are absent and never undefined: JSON has no such value.
    ...(given as Partial<PassageAccount>),
    webauthn_devices: devices.map((each) => withTimes(each, birth.at)),
  };
}

function withTimes(planted: z.infer<typeof device>, at: string): PassageDevice {
  return {
    ...planted,
    created_at: planted.created_at ?? at,
    updated_at: planted.updated_at ?? at,
    last_login_at: planted.last_login_at ?? NEVER,
  };
}

/** The account with a merge patch applied, updated now unless the patch says when. Throws `ChangeRefused`. */
export function overwrite(account: PassageAccount, patch: object, now: string): PassageAccount {
  const whole = mergePatch(account, { updated_at: now, ...patch, id: account.id });
  return readPlanted(whole, { id: account.id, at: account.created_at });
}

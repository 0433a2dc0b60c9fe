export const USER_STATUSES = ['active', 'inactive', 'pending'] as const;
export type PassageStatus = (typeof USER_STATUSES)[number];

/** A passkey. The official shape also has icons, which are always null here. @see passage.openapi.yaml `WebAuthnDevices` */
export interface PassageDevice {
  readonly id: string;
  readonly cred_id: string;
  readonly friendly_name: string;
  readonly type: 'passkey' | 'security_key' | 'platform';
  readonly usage_count: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly last_login_at: string;
}

/** What a person did lately; planted, since people log in elsewhere. @see passage.openapi.yaml `UserRecentEvent` */
export interface PassageEvent {
  readonly id: string;
  readonly type: string;
  readonly action: 'register' | 'login' | 'other';
  readonly status: 'complete' | 'incomplete';
  readonly ip_addr: string;
  readonly user_agent: string;
  readonly user_agent_display: string;
  readonly social_login_type: SocialLogin | null;
  readonly created_at: string;
  readonly completed_at: string | null;
}

export const SOCIAL_LOGINS = ['apple', 'github', 'google'] as const;
export type SocialLogin = (typeof SOCIAL_LOGINS)[number];

/** A login through another service; planted as well. @see passage.openapi.yaml `UserSocialConnections` */
export interface PassageSocialConnection {
  readonly provider_id: string;
  readonly provider_identifier: string;
  readonly created_at: string;
  readonly last_login_at: string;
}

/** A user as Passage holds it. Never changed in place: a change is a new value. Times as `timestamp` spells them. */
export interface PassageAccount {
  /** 24 characters, base62. */
  readonly id: string;
  /** `''` when there is none. */
  readonly email: string;
  /** E.164; `''` when there is none. */
  readonly phone: string;
  readonly email_verified: boolean;
  readonly phone_verified: boolean;
  readonly status: PassageStatus;
  readonly created_at: string;
  readonly updated_at: string;
  readonly last_login_at: string;
  readonly login_count: number;
  readonly user_metadata: Readonly<Record<string, unknown>> | null;
  readonly webauthn_devices: readonly PassageDevice[];
  readonly recent_events: readonly PassageEvent[];
  readonly social_connections: Readonly<Partial<Record<SocialLogin, PassageSocialConnection>>>;
  /** Refresh tokens alive: what a logged-in person still holds after a deactivation. No call shows it. */
  readonly refreshTokens: number;
  /** When all refresh tokens were last revoked; `null` when never. No call shows it. */
  readonly tokensRevokedAt: string | null;
}

/** Time of somebody who never logged in. Go's zero time, since the field is required and not nullable (inferred). */
export const NEVER = '0001-01-01T00:00:00.000000Z';

/**
 * A time in the one format that the filters take, so that answers can be sent back as filters.
 * Two such texts compare as their times do. @see PROVIDERS.md 3.5
 */
export function timestamp(atMs: number): string {
  return new Date(atMs).toISOString().replace('Z', '000Z');
}

/** A user who has nothing yet and never logged in. */
export function blankAccount(id: string, at: string): PassageAccount {
  return {
    id,
    email: '',
    phone: '',
    email_verified: false,
    phone_verified: false,
    status: 'active',
    created_at: at,
    updated_at: at,
    last_login_at: NEVER,
    login_count: 0,
    user_metadata: null,
    webauthn_devices: [],
    recent_events: [],
    social_connections: {},
    refreshTokens: 0,
    tokensRevokedAt: null,
  };
}

/** An item of a listing: the smaller shape. @see passage.openapi.yaml `ListPaginatedUsersItem` */
export function toListItem(account: PassageAccount): Record<string, unknown> {
  return {
    id: account.id,
    email: account.email,
    phone: account.phone,
    email_verified: account.email_verified,
    phone_verified: account.phone_verified,
    // Set for users of Flex apps only. @see PROVIDERS.md 3.3
    external_id: '',
    status: account.status,
    created_at: account.created_at,
    updated_at: account.updated_at,
    last_login_at: account.last_login_at,
    login_count: account.login_count,
    user_metadata: account.user_metadata,
  };
}

/** @see passage.openapi.yaml `UserInfo` */
export function toUserInfo(account: PassageAccount): Record<string, unknown> {
  return {
    ...toListItem(account),
    webauthn: account.webauthn_devices.length > 0,
    webauthn_devices: account.webauthn_devices.map(toWireDevice),
    webauthn_types: [...new Set(account.webauthn_devices.map((device) => device.type))],
    recent_events: account.recent_events,
    social_connections: account.social_connections,
  };
}

export function toWireDevice(device: PassageDevice): Record<string, unknown> {
  return { ...device, icons: { light: null, dark: null } };
}

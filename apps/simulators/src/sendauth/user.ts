/** @see sendauth.openapi.yaml Company */
export interface Company {
  readonly id: string;
  readonly orgID: string;
  readonly name: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** What a client may write. Members without a value are absent. @see PROVIDERS.md 4.3 */
export interface WritableFields {
  readonly firstName: string;
  readonly lastName: string;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly role?: 'admin' | 'user' | 'super_admin' | undefined;
  readonly company?: Company | undefined;
  readonly permissions?: readonly string[] | undefined;
  readonly groupPermissions?: readonly string[] | undefined;
  readonly permissionGroups?: readonly string[] | undefined;
  readonly messagingPreference?: 'email' | 'sms' | 'both' | undefined;
}

/** A user as SendAuth holds it. Never changed in place: a change is a new value. */
export interface User extends WritableFields {
  /** UUID. */
  readonly id: string;
  readonly username: string;
  readonly hasPasskeys: boolean;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly lastAuthenticated?: string | undefined;
  /** Not part of the user at the wire: tags can be written but not read there. @see PROVIDERS.md 4.3 */
  readonly tags: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch; absent while the user is live. */
  readonly deletedAt?: number | undefined;
}

/** What a field holds when nobody gave it a value. That a new user is a plain `user` is inferred. */
export const DEFAULT_FIELDS = {
  role: 'user',
  permissions: [],
  groupPermissions: [],
  permissionGroups: [],
  messagingPreference: 'email',
} as const;

/** The user as every answer shows it; soft-deleted ones look no different. */
export function toWireUser(user: User): Record<string, unknown> {
  return {
    id: user.id,
    role: user.role,
    username: user.username,
    firstName: user.firstName,
    lastName: user.lastName,
    email: user.email,
    phone: user.phone,
    company: user.company,
    permissions: user.permissions,
    groupPermissions: user.groupPermissions,
    permissionGroups: user.permissionGroups,
    messagingPreference: user.messagingPreference,
    hasPasskeys: user.hasPasskeys,
    createdAt: user.createdAt,
    lastAuthenticated: user.lastAuthenticated,
  };
}

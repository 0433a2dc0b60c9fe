import { email, listOf, oneOf, refuseBroken, required, textOf, uuid, type Limit } from './limits.js';

/** @see sendauth.openapi.yaml `User` role */
export const ROLES = ['admin', 'user', 'super_admin'] as const;
/** @see sendauth.openapi.yaml `User` messagingPreference */
export const MESSAGING_PREFERENCES = ['email', 'sms', 'both'] as const;

/** A company as it can be sent: it is found, or made, by id or by name (inferred). @see sendauth.openapi.yaml `Company` */
export interface CompanyBody {
  /** UUID. */
  readonly id?: string;
  /** UUID. */
  readonly orgID?: string;
  /** 2 to 100 characters. */
  readonly name?: string;
}

/** Body of a create and of an update: the whole user but for what is read-only. @see sendauth.openapi.yaml `User` */
export interface UserBody {
  /** 2 to 50 characters. */
  readonly firstName: string;
  /** 2 to 50 characters. */
  readonly lastName: string;
  /** At most 256 characters. */
  readonly email?: string;
  /** At most 20 characters; the empty text clears it (inferred). */
  readonly phone?: string;
  /** `null` clears it (inferred: the description gives the member no type). */
  readonly company?: CompanyBody | null;
  readonly role?: (typeof ROLES)[number];
  /** Of at most 64 characters each. */
  readonly permissions?: readonly string[];
  /** Of at most 64 characters each. */
  readonly groupPermissions?: readonly string[];
  /** UUIDs. */
  readonly permissionGroups?: readonly string[];
  readonly messagingPreference?: (typeof MESSAGING_PREFERENCES)[number];
}

/** The longest name of a permission. @see sendauth.openapi.yaml `Permission`, `Query` */
export const PERMISSION_LENGTH = 64;

const permissions = listOf(textOf(0, PERMISSION_LENGTH));

const LIMITS: Readonly<Record<keyof UserBody, Limit>> = {
  firstName: required(textOf(2, 50)),
  lastName: required(textOf(2, 50)),
  email,
  phone: textOf(0, 20),
  company: () => null, // has limits of its own
  role: oneOf(ROLES),
  permissions,
  groupPermissions: permissions,
  permissionGroups: listOf(uuid),
  messagingPreference: oneOf(MESSAGING_PREFERENCES),
};

const COMPANY_LIMITS: Readonly<Record<`company.${keyof CompanyBody}`, Limit>> = {
  'company.id': uuid,
  'company.orgID': uuid,
  'company.name': textOf(2, 100),
};

/** @throws ProviderError `invalid` when a limit of the description is broken */
export function refuseBrokenUser(body: UserBody): void {
  refuseBroken(LIMITS, body);
  const company = Object.entries(body.company ?? {}).map(([name, value]: [string, unknown]) => {
    return [`company.${name}`, value] as const;
  });
  refuseBroken(COMPANY_LIMITS, Object.fromEntries(company));
}

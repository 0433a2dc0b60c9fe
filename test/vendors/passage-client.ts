/** What the specs use of Passage's own client; its package has types only in versions that have code. */
export interface PassageModule {
  readonly Passage: new (settings: PassageClientSettings) => { readonly user: PassageUsers };
  readonly PassageError: new (...args: never[]) => Error;
}

export interface PassageClientSettings {
  readonly appID: string;
  readonly apiKey: string;
  /** Used for every call of the client. @see `PassageConfig` in the package's types */
  readonly fetchApi: typeof fetch;
}

export interface PassageUsers {
  get(userId: string): Promise<PassageUserInfo>;
  getByIdentifier(identifier: string): Promise<PassageUserInfo>;
  getUserByIdentifier(identifier: string): Promise<PassageUserInfo>;
  create(user: PassageUserChange): Promise<PassageUserInfo>;
  update(userId: string, change: PassageUserChange): Promise<PassageUserInfo>;
  activate(userId: string): Promise<PassageUserInfo>;
  deactivate(userId: string): Promise<PassageUserInfo>;
  delete(userId: string): Promise<boolean>;
  listDevices(userId: string): Promise<readonly PassageDeviceInfo[]>;
  revokeDevice(userId: string, deviceId: string): Promise<boolean>;
  revokeRefreshTokens(userId: string): Promise<boolean>;
  signOut(userId: string): Promise<boolean>;
}

export interface PassageUserChange {
  readonly email?: string;
  readonly phone?: string;
  readonly user_metadata?: Readonly<Record<string, unknown>>;
}

export interface PassageUserInfo {
  readonly id: string;
  readonly email: string;
  readonly phone: string;
  readonly status: string;
  readonly created_at: Date;
  readonly last_login_at: Date;
  readonly user_metadata: object | null;
  readonly webauthn_devices: readonly PassageDeviceInfo[];
}

export interface PassageDeviceInfo {
  readonly id: string;
  readonly friendly_name: string;
}

/** A name that is not resolved before it is asked for: a package without code must not keep the spec from loading. */
const PACKAGE: string = '@passageidentity/passage-node';

/**
 * The client, or `null` when the installed version has no code: 3.0.2, the last that was published, consists of its
 * README alone. 2.12.1 is the last version with code.
 */
export async function loadPassageClient(): Promise<PassageModule | null> {
  try {
    return (await import(PACKAGE)) as PassageModule; // by the types above, which are those of 2.12.1
  } catch (error) {
    if (String(error).includes(`Cannot find module '${PACKAGE}'`)) return null;
    throw error;
  }
}

/** Where every call of the client goes: the address cannot be set. */
const VENDOR_URL = 'https://api.passage.id/v1';

/**
 * A `fetch` that takes calls meant for the vendor to a base URL instead, and makes no other. It stands in the place
 * that the client has for one, so the client itself stays as it is, its requests and its reading of answers too.
 */
export function fetchAt(baseUrl: string, timeoutMs: number): typeof fetch {
  return (input, init) => {
    const address = input instanceof Request ? input.url : String(input);
    if (!address.startsWith(`${VENDOR_URL}/`)) throw new Error(`a call to a stranger: ${address}`);
    const signal = AbortSignal.timeout(timeoutMs);
    return fetch(baseUrl + address.slice(VENDOR_URL.length), { ...init, signal });
  };
}

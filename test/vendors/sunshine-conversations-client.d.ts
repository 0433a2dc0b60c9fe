/** What the specs use of a client that comes without types. */
declare module 'sunshine-conversations-client' {
  export interface ClientUser {
    readonly id: string;
    readonly externalId?: string;
    readonly profile?: ClientProfile;
    readonly metadata?: Readonly<Record<string, unknown>>;
    readonly signedUpAt?: string;
    readonly identities?: readonly unknown[];
  }

  export interface ClientProfile {
    givenName?: string;
    surname?: string;
    email?: string;
    avatarUrl?: string;
    locale?: string;
  }

  export interface UserAnswer {
    readonly user: ClientUser;
  }

  export interface WithHttpInfo<Body> {
    readonly data: Body;
    readonly response: { readonly status: number };
  }

  export class ApiClient {
    basePath: string;
    timeout: number;
    readonly authentications: {
      readonly basicAuth: { username?: string; password?: string };
      readonly bearerAuth: { accessToken?: string };
    };
  }

  export class UserUpdateBody {
    signedUpAt?: string;
    profile?: ClientProfile;
    metadata?: Readonly<Record<string, string | number | boolean>>;
  }

  export class UserCreateBody extends UserUpdateBody {
    constructor(externalId: string);
  }

  export class UsersApi {
    constructor(client: ApiClient);
    createUser(appId: string, body: UserCreateBody): Promise<UserAnswer>;
    createUserWithHttpInfo(appId: string, body: UserCreateBody): Promise<WithHttpInfo<UserAnswer>>;
    getUser(appId: string, idOrExternalId: string): Promise<UserAnswer>;
    getUserWithHttpInfo(appId: string, idOrExternalId: string): Promise<WithHttpInfo<UserAnswer>>;
    updateUser(appId: string, idOrExternalId: string, body: UserUpdateBody): Promise<UserAnswer>;
    updateUserWithHttpInfo(
      appId: string,
      idOrExternalId: string,
      body: UserUpdateBody,
    ): Promise<WithHttpInfo<UserAnswer>>;
    deleteUser(appId: string, idOrExternalId: string): Promise<unknown>;
    deleteUserWithHttpInfo(appId: string, idOrExternalId: string): Promise<WithHttpInfo<unknown>>;
    deleteUserPersonalInformation(appId: string, idOrExternalId: string): Promise<UserAnswer>;
    deleteUserPersonalInformationWithHttpInfo(
      appId: string,
      idOrExternalId: string,
    ): Promise<WithHttpInfo<UserAnswer>>;
  }
}

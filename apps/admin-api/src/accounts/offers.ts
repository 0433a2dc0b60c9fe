import { applyDecorators, RequestMapping, RequestMethod, SetMetadata } from '@nestjs/common';
import type { AccountOperations, ProviderInstance } from '#identity-provider';

/** One thing that can be asked for about one user at one provider. */
interface Offer {
  readonly method: RequestMethod;
  /** Below `/v1/users/{id}/providers/{provider}`. */
  readonly path: string;
  readonly isOffered: (instance: ProviderInstance) => boolean;
}

const member =
  (name: keyof AccountOperations): Offer['isOffered'] =>
  ({ operations }) =>
    operations[name] !== undefined;

/**
 * Everything beside mirroring, by operation: where it is asked for, and how to tell whether a provider offers it. The
 * routes are made from this table, and so is what a refusal says that there is instead.
 */
export const OFFERS = {
  readAccount: { method: RequestMethod.GET, path: '', isOffered: () => true },
  readStats: { method: RequestMethod.GET, path: 'stats', isOffered: member('readStats') },
  readAudits: { method: RequestMethod.GET, path: 'audits', isOffered: member('readAudits') },
  readTransactions: {
    method: RequestMethod.GET,
    path: 'transactions',
    isOffered: member('readTransactions'),
  },
  startRegistration: {
    method: RequestMethod.POST,
    path: 'register',
    isOffered: member('startRegistration'),
  },
  startAuthentication: {
    method: RequestMethod.POST,
    path: 'authenticate',
    isOffered: member('startAuthentication'),
  },
  removePasskeys: { method: RequestMethod.DELETE, path: 'passkeys', isOffered: member('removePasskeys') },
  setTags: {
    method: RequestMethod.PUT,
    path: 'tags',
    isOffered: ({ provider }) => provider.capabilities.mirrorsTags,
  },
  eraseProfile: {
    method: RequestMethod.POST,
    path: 'erase-profile',
    isOffered: ({ provider }) => provider.capabilities.erasesProfile,
  },
} as const satisfies Readonly<Record<string, Offer>>;

/** The operations by name. */
export type Operation = keyof typeof OFFERS;

/** What a provider offers, as callers are told. */
export interface OfferView {
  readonly operation: Operation;
  readonly method: string;
  readonly path: string;
}

export const ROUTE_OPERATION = 'rollcall:operation';

/** Makes a handler the one of an operation. */
export function Handles(operation: Operation): MethodDecorator {
  const { method, path } = OFFERS[operation];
  return applyDecorators(RequestMapping({ method, path }), SetMetadata(ROUTE_OPERATION, operation));
}

/** Where an operation is asked for at a provider. */
export function offerView(operation: Operation, slug: string): OfferView {
  const { method, path } = OFFERS[operation];
  const below = path === '' ? '' : `/${path}`;
  return {
    operation,
    method: RequestMethod[method],
    path: `/v1/users/{id}/providers/${slug}${below}`,
  };
}

/** Everything that a provider offers. */
export function offersOf(instance: ProviderInstance): OfferView[] {
  return OPERATIONS.filter((operation) => OFFERS[operation].isOffered(instance)).map((operation) =>
    offerView(operation, instance.slug),
  );
}

/** In the order of the table. */
const OPERATIONS = Object.keys(OFFERS) as Operation[]; // the keys of the table, which the type forgets

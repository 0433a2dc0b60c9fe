import type { Passage } from '@passageidentity/passage-node';

/**
 * The client's methods for users. Its class is not at the package's door.
 * The package stays at 2.12.1: 3.0.2, published when the service was retired, consists of its README alone.
 */
export type PassageUsers = Passage['user'];

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

import { isNativeError } from 'node:util/types';

const MASK = '[redacted]';
/** Shorter values stand in too many harmless words, and are no secrets. */
const SHORTEST_SECRET = 6;

/** Replaces every one of the given values in a text. */
function redact(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .reduce((cleaned, secret) => cleaned.replaceAll(secret, MASK), text);
}

/**
 * The message of an error without secrets, and nothing else of it: library errors carry sockets, headers and
 * further causes along, all of which end up in logs.
 */
export function redactedCause(cause: unknown, secrets: readonly string[]): Error | undefined {
  return isNativeError(cause) ? new Error(redact(cause.message, secrets)) : undefined;
}

/**
 * What is known of a request that got no answer we can use.
 * - `notSent`: no byte of it left; nothing happened there
 * - `lost`: it was sent, and what became of it is not known
 * - `unreadable`: an answer came that breaks the protocol
 * - `unsendable`: the request itself cannot be put on the wire
 */
export type Fate = 'notSent' | 'lost' | 'unreadable' | 'unsendable';

/** Thrown by an exchange that ends without an answer. Its reason is a stable word. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';

  constructor(
    readonly fate: Fate,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`${fate}: ${reason}`, options);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'connect_timeout',
  UND_ERR_CLOSED: 'client_closed',
  UND_ERR_DESTROYED: 'client_closed',
  UND_ERR_SOCKET: 'connection_lost',
  UND_ERR_INFO: 'connection_lost',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'truncated',
  HPE_INVALID_EOF_STATE: 'truncated',
  UND_ERR_HEADERS_OVERFLOW: 'headers_too_large',
};

/** Puts an error of undici, of a socket or of TLS into our words. */
export function failureOf(error: Error, sent: boolean): NoAnswer {
  const code = codeOf(error);
  const reason = REASONS[code] ?? code;
  if (code === 'UND_ERR_INVALID_ARG') return new NoAnswer('unsendable', 'request_not_sendable');
  if (!sent) return new NoAnswer('notSent', reason, { cause: error });
  return new NoAnswer(breaksProtocol(code) ? 'unreadable' : 'lost', reason, { cause: error });
}

/** An answer that stops early is lost; one whose bytes are not HTTP is unreadable. */
function breaksProtocol(code: string): boolean {
  return code === 'UND_ERR_HEADERS_OVERFLOW' || (code.startsWith('HPE_') && code !== 'HPE_INVALID_EOF_STATE');
}

function codeOf(error: Error): string {
  // Several addresses tried and all refused come as one error that holds the others.
  const inner: unknown = 'errors' in error && Array.isArray(error.errors) ? error.errors[0] : undefined;
  return wordOf(error) ?? wordOf(inner) ?? 'unknown_failure';
}

function wordOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(error.code) ? error.code : undefined;
}

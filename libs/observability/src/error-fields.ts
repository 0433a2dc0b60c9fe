import { isNativeError } from 'node:util/types';

/** What is logged of an error. */
export interface ErrorFields {
  readonly type: string;
  readonly code?: string;
  /** Only of errors whose text holds no values. */
  readonly message?: string;
  /** Where it came from, without the text. */
  readonly frames?: string;
  readonly cause?: ErrorFields;
}

/**
 * Errors whose text is written by us or by the language itself. Texts of databases and parsers quote what they were
 * given, which is somebody's address more often than not.
 */
const PLAIN_SPOKEN = new Set([
  'ProviderError',
  'CallNotStarted',
  'SettingsError',
  'TypeError',
  'ReferenceError',
  'RangeError',
]);

/** Whole texts of drivers that give no code and quote nothing but a number of their own. */
const KNOWN_TEXTS =
  /^(?:timeout exceeded when trying to connect|Connection terminated(?: unexpectedly| due to connection timeout)?|Connection is closed\.|Command timed out|Stream isn't writeable and enableOfflineQueue options is false|(?:Missing (?:key|lock) for|could not renew lock for) job \d+(?:\. \w+)?)$/;

/** Deeper chains of causes say nothing new. */
const DEEPEST_CAUSE = 3;

/** Takes an error apart into what may be logged. */
export function errorFields(error: unknown, depth = 0): ErrorFields {
  if (!isNativeError(error)) return { type: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const isSpoken = PLAIN_SPOKEN.has(error.name) || 'syscall' in error || KNOWN_TEXTS.test(error.message);
  const frames = framesOf(error);
  return {
    type: error.name,
    ...(code === undefined ? {} : { code }),
    ...(isSpoken ? { message: error.message } : {}),
    ...(frames === '' ? {} : { frames }),
    ...(error.cause === undefined || depth === DEEPEST_CAUSE
      ? {}
      : { cause: errorFields(error.cause, depth + 1) }),
  };
}

/** The lines of a stack that are frames; the text before them may run over several lines. */
function framesOf(error: Error): string {
  const lines = error.stack?.split('\n') ?? [];
  return lines
    .filter((line) => /^\s+at .*(?::\d+:\d+\)?|\(native\)|<anonymous>\)?)$/.test(line))
    .map((line) => line.trim())
    .join('\n');
}

import type { Clock } from './clock.js';
import { errorFields } from './error-fields.js';
import type { LogFields } from './log-fields.js';
import type { Logger } from './logger.js';

/** An outage is told again this often while it lasts. */
const TELL_AGAIN_MS = 60_000;
/** More kinds of trouble at once are told each time: forgetting some must not hide a new one. */
const MAX_KINDS = 200;

interface Told {
  atMs: number;
  since: number;
}

/**
 * A log for trouble that comes back with every attempt, on every connection: the first entry of a kind is written at
 * once, later ones at most once a minute, with `count` saying how many they stand for. Entries are of one kind when
 * message, provider, route, reason and error are. What is told once in a while is never lost: it is counted.
 */
export function sparingly(
  log: Pick<Logger, 'warn' | 'error'>,
  clock: Pick<Clock, 'monotonicMs'>,
): Pick<Logger, 'warn' | 'error'> {
  const told = new Map<string, Told>();
  const through =
    (level: 'warn' | 'error') =>
    (message: string, fields: LogFields = {}): void => {
      const count = countFor(told, kindOf(message, fields), clock.monotonicMs());
      if (count === 1) log[level](message, fields);
      else if (count > 1) log[level](message, { ...fields, count });
    };
  return { warn: through('warn'), error: through('error') };
}

/** How many entries this one stands for; 0 when it is not to be written now. */
function countFor(told: Map<string, Told>, kind: string, nowMs: number): number {
  const last = told.get(kind);
  if (last !== undefined && nowMs - last.atMs < TELL_AGAIN_MS) {
    last.since += 1;
    return 0;
  }
  if (last === undefined && told.size >= MAX_KINDS) told.clear();
  told.set(kind, { atMs: nowMs, since: 0 });
  return 1 + (last?.since ?? 0);
}

function kindOf(message: string, fields: LogFields): string {
  const { type, code } = errorFields(fields.error);
  return [message, fields.provider, fields.route, fields.reason, type, code].join(' ');
}

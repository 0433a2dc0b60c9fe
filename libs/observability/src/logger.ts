import { pino } from 'pino';
import { allowedFields, type LogFields } from './log-fields.js';

/** The severities, the gravest first. `silent` logs nothing. */
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/** Writes one entry: a constant message, so that entries can be counted by it, and fields that vary. */
type Write = (message: string, fields?: LogFields) => void;

/** A log of one process, as lines of JSON. */
export interface Logger {
  readonly fatal: Write;
  readonly error: Write;
  readonly warn: Write;
  readonly info: Write;
  readonly debug: Write;
  readonly trace: Write;
  /** The same log with fields that every entry has. */
  with(fields: LogFields): Logger;
}

/** Where lines go. */
export interface LogDestination {
  write(line: string): unknown;
}

/** How a log is opened. */
export interface LoggerOptions {
  readonly level: LogLevel;
  /** The process: `admin-api`, `worker`. */
  readonly name: string;
  /** (Default: standard output) */
  readonly destination?: LogDestination;
  /** Values that no line may show, whatever put them there. */
  readonly secrets?: readonly string[];
}

/** Shorter values stand in too many harmless words to be masked. */
const SHORTEST_SECRET = 6;

/** Opens the log of a process. */
export function createLogger(options: LoggerOptions): Logger {
  const destination = options.destination ?? pino.destination({ fd: 1, sync: true });
  const scrub = scrubberOf(options.secrets ?? []);
  const line = { write: (text: string): void => void destination.write(scrub(text)) };
  const formatters = { level: (label: string) => ({ level: label }) };
  const log = pino(
    { level: options.level, name: options.name, base: { name: options.name }, formatters },
    line,
  );
  return new PinoLogger(log);
}

class PinoLogger implements Logger {
  constructor(private readonly log: pino.Logger) {}

  readonly fatal: Write = (message, fields) => {
    this.write('fatal', message, fields);
  };
  readonly error: Write = (message, fields) => {
    this.write('error', message, fields);
  };
  readonly warn: Write = (message, fields) => {
    this.write('warn', message, fields);
  };
  readonly info: Write = (message, fields) => {
    this.write('info', message, fields);
  };
  readonly debug: Write = (message, fields) => {
    this.write('debug', message, fields);
  };
  readonly trace: Write = (message, fields) => {
    this.write('trace', message, fields);
  };

  with(fields: LogFields): Logger {
    return new PinoLogger(this.log.child(allowedFields(fields)));
  }

  private write(level: Exclude<LogLevel, 'silent'>, message: string, fields: LogFields = {}): void {
    if (this.log.isLevelEnabled(level)) this.log[level](allowedFields(fields), message);
  }
}

/** The last gate: known secrets are masked in the finished line, in the spelling that JSON gives them. */
function scrubberOf(secrets: readonly string[]): (line: string) => string {
  const spelt = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .map((secret) => JSON.stringify(secret).slice(1, -1));
  return (line) => spelt.reduce((cleaned, secret) => cleaned.replaceAll(secret, '[secret]'), line);
}

import type { z } from 'zod';
import { namedInstances } from './provider-names.js';
import {
  allowance,
  cronScheduleOr,
  oneOf,
  secretLike,
  textLike,
  trueOrFalse,
  wholeNumber,
  wholeNumberOr,
} from './rules.js';

/** One setting, as the table of settings shows it. */
export interface SettingLine {
  readonly name: string;
  /** `null`: none; then the setting is required, or what it switches on is off. */
  readonly default: string | null;
  readonly required: boolean;
  /** One sentence; durations are in milliseconds and their names end in `_MS`. */
  readonly meaning: string;
  /** From the text of the environment to the value. */
  readonly rule: z.ZodType<unknown, string>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

function line<const Line extends SettingLine>(settings: Line): Line {
  return settings;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Every setting by its field in `Settings`; the one source for the schema and for the table of settings. */
export const LINES = {
  databaseUrl: line({
    name: 'DATABASE_URL',
    default: null,
    required: true,
    meaning: 'The Postgres that holds the roster.',
    rule: secretLike(/^postgres(?:ql)?:\/\/\S+$/, 'must be a postgres:// URL'),
  }),
  redisUrl: line({
    name: 'REDIS_URL',
    default: null,
    required: false,
    meaning: 'The Redis of the queue; without it the queue lives in Postgres.',
    rule: secretLike(/^rediss?:\/\/\S+$/, 'must be a redis:// or rediss:// URL'),
  }),
  adminKey: line({
    name: 'ROLLCALL_ADMIN_KEY',
    default: null,
    required: false,
    meaning: 'The first API key, with every scope: 24 characters or more.',
    rule: secretLike(/^[\x21-\x7e]{24,256}$/, 'must have 24 to 256 printable characters without spaces'),
  }),
  host: line({
    name: 'ROLLCALL_HOST',
    default: '127.0.0.1',
    required: false,
    meaning: 'The address to listen on.',
    rule: textLike(/^[A-Za-z0-9.:_-]+$/, 'must be a host name or an address'),
  }),
  port: line({
    name: 'ROLLCALL_PORT',
    default: '3000',
    required: false,
    meaning: 'The port of the admin API; 0 takes a free one.',
    rule: wholeNumber(0, 65_535),
  }),
  workerPort: line({
    name: 'ROLLCALL_WORKER_PORT',
    default: '3001',
    required: false,
    meaning: "The port of the worker's health; 0 takes a free one.",
    rule: wholeNumber(0, 65_535),
  }),
  logLevel: line({
    name: 'ROLLCALL_LOG_LEVEL',
    default: 'info',
    required: false,
    meaning: 'The least severe entries that are logged.',
    rule: oneOf(LOG_LEVELS),
  }),
  providers: line({
    name: 'ROLLCALL_PROVIDERS',
    default: null,
    required: false,
    meaning: 'Further provider instances as slug:kind, separated by commas; vault-eu reads VAULT_EU_*.',
    rule: namedInstances(),
  }),
  allowHttpProviders: line({
    name: 'ROLLCALL_ALLOW_HTTP_PROVIDERS',
    default: 'false',
    required: false,
    meaning: 'Whether providers beyond this machine may be reached without TLS.',
    rule: trueOrFalse(),
  }),
  leaseMs: line({
    name: 'ROLLCALL_LEASE_MS',
    default: '60000',
    required: false,
    meaning: 'How long a worker holds the links it took up.',
    rule: wholeNumber(1000, HOUR_MS),
  }),
  callTimeoutMs: line({
    name: 'ROLLCALL_CALL_TIMEOUT_MS',
    default: '10000',
    required: false,
    meaning: 'The longest that one call to a provider may take.',
    rule: wholeNumber(50, 600_000),
  }),
  batchSize: line({
    name: 'ROLLCALL_BATCH_SIZE',
    default: '1500',
    required: false,
    meaning: 'Links taken up at once.',
    rule: wholeNumber(1, 5000),
  }),
  coalesceMs: line({
    name: 'ROLLCALL_COALESCE_MS',
    default: '400',
    required: false,
    meaning:
      'How long an edit waits that comes while one is being mirrored, so that a burst becomes one call.',
    rule: wholeNumber(0, HOUR_MS),
  }),
  lateArrivalMs: line({
    name: 'ROLLCALL_LATE_ARRIVAL_MS',
    default: '60000',
    required: false,
    meaning: 'How long a write whose answer was lost may still land.',
    rule: wholeNumber(0, DAY_MS),
  }),
  tickMs: line({
    name: 'ROLLCALL_TICK_MS',
    default: '1000',
    required: false,
    meaning: 'How often a worker looks for due work by itself.',
    rule: wholeNumber(10, HOUR_MS),
  }),
  shutdownMs: line({
    name: 'ROLLCALL_SHUTDOWN_MS',
    default: '15000',
    required: false,
    meaning: 'How long a process may take to end.',
    rule: wholeNumber(100, HOUR_MS),
  }),
  databasePool: line({
    name: 'ROLLCALL_DATABASE_POOL',
    default: '10',
    required: false,
    meaning:
      'Connections to Postgres that one process opens at most. An import takes up to a third of them, and three at most.',
    rule: wholeNumber(2, 500),
  }),
  budgetSuspend: line({
    name: 'ROLLCALL_BUDGET_SUSPEND',
    default: '100,20%',
    required: false,
    meaning:
      'Suspensions an hour and provider: at least so many, or that share of its linked users; more wait for approval.',
    rule: allowance(),
  }),
  budgetRemove: line({
    name: 'ROLLCALL_BUDGET_REMOVE',
    default: '25,5%',
    required: false,
    meaning: 'The same for accounts that are destroyed. `0,0%` holds every one, `0,100%` none.',
    rule: allowance(),
  }),
  budgetOverwrite: line({
    name: 'ROLLCALL_BUDGET_OVERWRITE',
    default: '25,5%',
    required: false,
    meaning:
      'The same for accounts that are written although nobody edited their users: drift, a new mapping.',
    rule: allowance(),
  }),
  budgetCreate: line({
    name: 'ROLLCALL_BUDGET_CREATE',
    default: '1000,20%',
    required: false,
    meaning: 'The same for new accounts, once the provider was in step for the first time.',
    rule: allowance(),
  }),
  syncDeletions: line({
    name: 'ROLLCALL_SYNC_DELETIONS',
    default: '10,20%',
    required: false,
    meaning:
      'People that one import with `mode=sync` may delete: so many, or that share of the roster; of more it deletes none.',
    rule: allowance(),
  }),
  budgetApprovalMs: line({
    name: 'ROLLCALL_BUDGET_APPROVAL_MS',
    default: '3600000',
    required: false,
    meaning: 'How long a listed set of held changes may be decided, and how long an approval is good for.',
    rule: wholeNumber(1000, 30 * DAY_MS),
  }),
  budgetFourEyes: line({
    name: 'ROLLCALL_BUDGET_FOUR_EYES',
    default: 'false',
    required: false,
    meaning: 'Whether changes need another key to be approved than the one that asked for them.',
    rule: trueOrFalse(),
  }),
  erasureDays: line({
    name: 'ROLLCALL_ERASURE_DAYS',
    default: '30',
    required: false,
    meaning:
      'Days from the request to erase a person to its deadline; after half of them it is told as ageing.',
    rule: wholeNumber(1, 365),
  }),
  retentionDays: line({
    name: 'ROLLCALL_RETENTION_DAYS',
    default: '30',
    required: false,
    meaning:
      'Days after which deleted users are purged, as fast as the budget for removals allows; `never` keeps them.',
    rule: wholeNumberOr('never', 1, 36_500),
  }),
  sweepCron: line({
    name: 'ROLLCALL_SWEEP_CRON',
    default: '0 2 * * *',
    required: false,
    meaning:
      'When every provider is looked through for what changed behind our back, as five or six cron fields in UTC; `never` switches it off.',
    rule: cronScheduleOr('never'),
  }),
  queuePrefix: line({
    name: 'ROLLCALL_QUEUE_PREFIX',
    default: 'rollcall',
    required: false,
    meaning: 'Sets the queues of this deployment apart from others in the same Redis.',
    rule: textLike(
      /^[a-z][a-z0-9_-]{0,31}$/,
      'must be 1 to 32 lower-case letters, digits, dashes or underscores',
    ),
  }),
} as const;

/** The settings in the order of the table. Provider instances have their own, named by their kind. */
export const SETTINGS: readonly SettingLine[] = Object.values(LINES);

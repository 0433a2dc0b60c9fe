/** What both kinds of server share. */
const COMMON = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '2GB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  jit: 'off', // short statements pay for compilation and get nothing back
  log_checkpoints: 'off',
  log_min_messages: 'log', // LOG, FATAL and PANIC: the server's own fate, not the statements' errors
  log_statement: 'none',
  log_min_error_statement: 'panic', // statements carry personal values
} as const;

/** As much memory as a small server in production has: by it Postgres also sizes the buffers of its log. */
const DURABLE = {
  shared_buffers: '512MB',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
} as const;

/** A crash of the machine may lose everything, which a test would not survive either; a crash of the server loses nothing. */
const FAST = {
  shared_buffers: '128MB',
  fsync: 'off',
  full_page_writes: 'off',
  checkpoint_timeout: '1h',
} as const;

/** The server's settings as command line arguments. */
export function postgresSettings(port: number, durable: boolean): string[] {
  const settings = { port: String(port), ...COMMON, ...(durable ? DURABLE : FAST) };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

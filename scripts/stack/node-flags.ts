/**
 * How Node is started for each app. A worker makes short-lived objects by the hundred megabytes a second: with the
 * young generation that Node gives it by default, a quarter of its time goes into moving those that are still in use.
 * With less than 96 MB, what is in hand is moved twice. V8 rounds the greatest size up to a power of two, whatever it is told.
 * `package.json` and `docker-compose.yml` say the same. @see docs/performance.md
 */
export const NODE_FLAGS: Readonly<Record<'admin-api' | 'worker', readonly string[]>> = {
  'admin-api': [],
  worker: ['--min-semi-space-size=96', '--max-semi-space-size=128'],
};

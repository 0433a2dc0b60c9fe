/**
 * How Node is started for each app. A worker makes short-lived objects by the hundred megabytes a second: with the
 * young generation that Node gives it by default, a quarter of its time goes into moving those that are still in use.
 * The least size is the greatest one, so that what a worker needs does not depend on how much it has to do.
 * `package.json` and `docker-compose.yml` say the same. @see docs/performance.md
 */
export const NODE_FLAGS: Readonly<Record<'admin-api' | 'worker', readonly string[]>> = {
  'admin-api': [],
  worker: ['--min-semi-space-size=96', '--max-semi-space-size=96'],
};

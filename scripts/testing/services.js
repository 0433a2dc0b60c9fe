/**
 * Starts what the tests share and says how they find it.
 *
 * Postgres: ROLLCALL_TEST_DATABASE_URL, else an embedded one. Redis: REDIS_URL, else a redis-server on PATH, else one
 * that is installed with apt-get (as root, with CI=true or ROLLCALL_TEST_INSTALL=1), else none: its tests are skipped.
 * @param {(line: string) => void} say
 * @returns {Promise<{ env: Record<string, string>, stop: () => Promise<void> }>}
 */
export async function startServices(say) {
  // Built a moment ago by the set-up.
  const { startPostgres } = await import('../../dist/scripts/services/postgres.js');
  const started = [];
  const env = {};
  const stop = async () => {
    for (const service of started.splice(0).reverse()) await service.stop();
  };
  try {
    if (!process.env['ROLLCALL_TEST_DATABASE_URL']) {
      const postgres = await startPostgres({ durable: false });
      started.push(postgres);
      env['ROLLCALL_TEST_DATABASE_URL'] = postgres.url;
    }
    const redis = await startTestRedis(say);
    if (redis !== null) {
      started.push(redis);
      env['ROLLCALL_TEST_REDIS_URL'] = redis.url;
    }
    return { env, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startTestRedis(say) {
  const { findRedisServer, startRedis } = await import('../../dist/scripts/services/redis.js');
  await bringRedis(say);
  if (process.env['REDIS_URL']) return null; // the shared one is given; private ones need the program all the same
  return (await findRedisServer()) === null ? null : startRedis();
}

/**
 * Installs a redis-server where there is none and it may be done: as root, with CI=true or ROLLCALL_TEST_INSTALL=1.
 * @param {(line: string) => void} say
 */
export async function bringRedis(say) {
  const { findRedisServer, installRedisServer } = await import('../../dist/scripts/services/redis.js');
  if ((await findRedisServer()) !== null || !mayInstall()) return;
  say('installing redis-server (apt-get)');
  await installRedisServer();
}

function mayInstall() {
  const asked = process.env['CI'] === 'true' || process.env['ROLLCALL_TEST_INSTALL'] === '1';
  return asked && process.getuid?.() === 0;
}

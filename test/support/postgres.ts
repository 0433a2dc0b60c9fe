import { afterAll } from '@jest/globals';
import { startPostgres, type RunningPostgres } from '../../scripts/services/postgres.js';

export {
  startPostgres,
  type PostgresOptions,
  type RunningPostgres,
} from '../../scripts/services/postgres.js';

let own: Promise<RunningPostgres> | null = null;

// A spec run by hand has no server from the test runner. It starts one when it first needs it, for that file.
afterAll(async () => {
  await (await own)?.stop();
  own = null;
});

/** The server that tests share: the one that the runner or ROLLCALL_TEST_DATABASE_URL names, else this file's own. */
export async function testServerUrl(): Promise<string> {
  const given = process.env['ROLLCALL_TEST_DATABASE_URL'];
  if (given !== undefined && given !== '') return given;
  own ??= startPostgres({ durable: false });
  return (await own).url;
}

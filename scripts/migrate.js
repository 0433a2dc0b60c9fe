import { setUp } from './setup.js';

const url = process.env['DATABASE_URL'];
if (!url) {
  process.stderr.write('DATABASE_URL is not set: it names the database to migrate\n');
  process.exit(2);
}

await setUp();
const { migrate, MigrationError } = await import('../dist/libs/store/src/index.js');
try {
  const { applied } = await migrate(url, { log: (name) => process.stdout.write(`applied ${name}\n`) });
  if (applied.length === 0) process.stdout.write('nothing to apply\n');
} catch (error) {
  // A refusal, ours or the server's, is an answer; anything else is a fault whose trace is wanted. None holds the URL.
  const isAnswer = error instanceof MigrationError || error.code !== undefined;
  process.stderr.write(`${isAnswer ? error.message || error.code : error.stack}\n`);
  process.exitCode = 1;
}

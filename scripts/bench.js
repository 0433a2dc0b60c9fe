import { setUp } from './setup.js';
import { bringRedis } from './testing/services.js';

// The set-up runs on Node alone; what it builds is imported only after it.
try {
  await setUp();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
// One figure sets Redis against Postgres.
await bringRedis((line) => process.stderr.write(`${line}\n`));
await import('../dist/bench/main.js');

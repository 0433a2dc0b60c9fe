import { setUp } from './setup.js';

// The set-up runs on Node alone; what it builds is imported only after it.
try {
  await setUp();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
await import('../dist/bench/main.js');

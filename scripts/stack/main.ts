import { runCommand } from './run.js';
import { startStack } from './start.js';

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

await runCommand({
  say,
  async main(teardown) {
    const stack = await startStack({ environment: process.env, say }, teardown);
    const { adminUrl, adminKey, simulatorsUrl, databaseUrl, redisUrl } = stack;
    process.stdout.write(`${JSON.stringify({ adminUrl, adminKey, simulatorsUrl, databaseUrl, redisUrl })}\n`);
    return stack.failure();
  },
});

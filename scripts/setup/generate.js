import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runQuietly } from './command.js';
import { fingerprintOfContents, isStamped, writeStamp } from './stamp.js';

const INPUTS = ['prisma/schema.prisma', 'node_modules/prisma/package.json'];
const CLIENT = 'libs/store/src/generated/client.ts';

/**
 * Generates the Prisma client when it is missing or was made from another schema.
 * @param {string} root the checkout
 * @param {(line: string) => void} say
 */
export async function generateClient(root, say) {
  const stamp = join(root, '.rollcall', 'generated.stamp');
  const fingerprint = await fingerprintOfContents(root, INPUTS);
  if (existsSync(join(root, CLIENT)) && (await isStamped(stamp, fingerprint))) return;
  say('generating the Prisma client');
  await runQuietly(process.execPath, [join('node_modules', 'prisma', 'build', 'index.js'), 'generate'], {
    cwd: root,
    env: {
      // The engine is a download of its own that `generate` only asks to be there; any executable will do.
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1', // no call home
    },
  });
  await writeStamp(stamp, fingerprint);
}

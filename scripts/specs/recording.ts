import { createReadStream, existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const exchangeSchema = z.object({
  provider: z.string(),
  method: z.string(),
  target: z.string(),
  requestHeaders: z.record(z.string(), z.string()),
  requestBody: z.string(),
  status: z.int(),
  responseHeaders: z.record(z.string(), z.union([z.string(), z.number()])),
  responseBody: z.string(),
});

/** One recorded call, as the simulators' witness wrote it down. */
export type Exchange = z.infer<typeof exchangeSchema>;

/**
 * Every call that was recorded in a folder, file by file. A process that was killed may have left half a last line,
 * which is passed over.
 * @throws Error when a line in the middle cannot be read, or the recording says that it was cut off
 */
export async function* readRecording(folder: string): AsyncGenerator<Exchange> {
  // A folder that nobody wrote to is not there.
  const names = existsSync(folder) ? await readdir(folder) : [];
  for (const name of names.sort()) yield* readFileOf(join(folder, name), name);
}

async function* readFileOf(path: string, name: string): AsyncGenerator<Exchange> {
  let broken: string | null = null;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    if (broken !== null) throw new Error(broken);
    const read = parse(line);
    if (read === 'cut off') throw new Error(`${name}: the recording outgrew its bound and was cut off`);
    if (read === null) broken = `${name}: a line that is no recorded call`;
    else yield read;
  }
}

function parse(line: string): Exchange | 'cut off' | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && Reflect.get(value, 'cutOff') === true)
      return 'cut off';
    return exchangeSchema.safeParse(value).data ?? null;
  } catch {
    return null;
  }
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CUT_OFF, type Exchange as Written } from '../../apps/simulators/src/index.js';
import { readRecording, type Exchange } from './recording.js';

const CALL: Written = {
  provider: 'vault',
  method: 'GET',
  target: '/vault/consumers',
  requestHeaders: { authorization: 'Bearer' },
  requestBody: '',
  status: 200,
  responseHeaders: { 'content-length': 2 },
  responseBody: '{}',
};
const LINE = `${JSON.stringify(CALL)}\n`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-recording-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function readAll(from = folder): Promise<Exchange[]> {
  const calls: Exchange[] = [];
  for await (const call of readRecording(from)) calls.push(call);
  return calls;
}

describe('a recording', () => {
  it('is read file by file, as the witness of the simulators writes it', async () => {
    await writeFile(join(folder, '1.ndjson'), LINE + LINE);
    await writeFile(join(folder, '2.ndjson'), LINE);
    expect(await readAll()).toEqual([CALL, CALL, CALL]);
  });

  it('may end in the middle of a line, where its process was killed', async () => {
    await writeFile(join(folder, '1.ndjson'), LINE + LINE.slice(0, 40));
    expect(await readAll()).toEqual([CALL]);
  });

  it.each([
    ['is broken before its end', `${LINE.slice(0, 40)}\n${LINE}`, 'no recorded call'],
    ['was cut off', `${LINE}${JSON.stringify(CUT_OFF)}\n`, 'cut off'],
  ])('does not count as whole when it %s', async (_, text, message) => {
    await writeFile(join(folder, '1.ndjson'), text);
    await expect(readAll()).rejects.toThrow(message);
  });

  it('is empty where nobody wrote one', async () => {
    expect(await readAll(join(folder, 'none'))).toEqual([]);
  });
});

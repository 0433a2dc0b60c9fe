import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { judgeRecording } from './judge-recording.js';

const FOLDER = process.env['ROLLCALL_SPECS_DIR'] ?? '';
const CALL = {
  provider: 'vault',
  method: 'GET',
  target: '/vault/consumers?limit=5',
  requestHeaders: { authorization: 'Bearer', 'x-apideck-app-id': '*' },
  requestBody: '',
  status: 200,
  responseHeaders: { 'content-type': 'application/json' },
  responseBody: '{"status_code":200,"status":"OK","data":[]}',
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-recording-'));
});
afterEach(() => rm(folder, { recursive: true }));

if (existsSync(FOLDER)) describe('a whole recording', tellWhatItComesTo);
else it.skip('a whole recording: ROLLCALL_SPECS_DIR names no folder', () => undefined);

function tellWhatItComesTo(): void {
  it('one wrong call among good ones is found, with the operations that nothing exercised', async () => {
    const wrong = {
      ...CALL,
      target: '/vault/consumers?limit=0',
      responseBody: '{"status_code":200,"status":"OK"}',
    };
    await writeFile(join(folder, '1.ndjson'), `${JSON.stringify(CALL)}\n`.repeat(600));
    await writeFile(join(folder, '2.ndjson'), `${JSON.stringify(wrong)}\n`);
    const { lines, complaints, lastLine } = await judgeRecording(folder, FOLDER);
    expect(lastLine).toBe('operations 1/32, request violations 1, response violations 1');
    expect(lines).toContain('request violation: vault consumersAll, query /limit: minimum 1, 1 times');
    expect(lines).toContain('response violation: vault consumersAll, body: required data, 1 times');
    expect(complaints).toContain('requests or responses violate the descriptions');
    expect(complaints.some((complaint) => complaint.startsWith('passage: no test saw success of'))).toBe(
      true,
    );
  });

  it('a call to a provider that has no description is no proof of anything', async () => {
    await writeFile(join(folder, '1.ndjson'), `${JSON.stringify({ ...CALL, provider: 'okta' })}\n`);
    await expect(judgeRecording(folder, FOLDER)).rejects.toThrow('no description of okta');
  });
}

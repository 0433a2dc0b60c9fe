import { describe, expect, it } from '@jest/globals';

interface Judged {
  readonly outcome: { readonly passed: number; readonly failed: number; readonly skipped: readonly string[] };
  readonly lastLine: string | null;
}

// The runner works before anything is installed, so it is plain JavaScript; its types are the ones above.
const MODULE: string = './judge.js';
const { judgeTraffic, specsFolder } = (await import(MODULE)) as {
  judgeTraffic: (traffic: string, specs: string | null) => Promise<Judged>;
  specsFolder: (env: Readonly<Record<string, string>>) => string | null;
};

describe('the judgement at the end of a run', () => {
  it.each([
    ['the setting is missing', {}],
    ['the setting is empty', { ROLLCALL_SPECS_DIR: '' }],
    ['the folder is not there', { ROLLCALL_SPECS_DIR: `${import.meta.dirname}/nowhere` }],
  ])('has nothing to judge by when %s', (_, env) => {
    expect(specsFolder(env)).toBeNull();
  });

  it('finds the folder that the setting names', () => {
    expect(specsFolder({ ROLLCALL_SPECS_DIR: import.meta.dirname })).toBe(import.meta.dirname);
  });

  it('is skipped by name without descriptions, so that nobody takes it for passed', async () => {
    const { outcome, lastLine } = await judgeTraffic('nowhere', null);
    expect(outcome).toMatchObject({ passed: 0, failed: 0 });
    expect(outcome.skipped).toEqual([expect.stringContaining('ROLLCALL_SPECS_DIR')]);
    expect(lastLine).toBeNull();
  });
});

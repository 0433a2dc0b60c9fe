import { describe, expect, it } from '@jest/globals';
import { Teardown } from '../scripts/stack/teardown.js';
import { LeftOut, measured, type Figure } from './figure.js';
import { chosen, makeAll, type Measurement } from './measurement.js';
import type { Stage } from './stage/stage.js';

const B4: Figure = { id: 'B4', values: [measured('vault', [1])] };
const B1: Figure = { id: 'B1', values: [measured('vault', [0.5])] };

const both: Measurement = { ids: ['B1', 'B4'], measure: () => Promise.resolve([B1, B4]) };
const failing = (error: Error): Measurement => ({ ids: ['B9'], measure: () => Promise.reject(error) });

/** As much of a stage as is touched by whoever measures nothing. */
const STAGE = { say: () => undefined, apps: new Set(), teardown: new Teardown() } as unknown as Stage;
const SCALE = { people: 500, rounds: 1 };

describe('the measurements', () => {
  it('go on after one that fails or is left out, which says why', async () => {
    const measurements = [failing(new Error('no disk')), failing(new LeftOut('no Redis')), both];
    expect(await makeAll(measurements, STAGE, SCALE)).toEqual([
      { kind: 'failed', id: 'B9', why: 'no disk' },
      { kind: 'leftOut', id: 'B9', why: 'no Redis' },
      { kind: 'measured', ...B1 },
      { kind: 'measured', ...B4 },
    ]);
  });

  it('that were not asked for are not made, and what comes of one beside is not shown', async () => {
    const asked = chosen([failing(new Error('not asked for')), both], new Set(['B4'] as const));
    expect(await makeAll(asked, STAGE, SCALE)).toEqual([{ kind: 'measured', ...B4 }]);
  });

  it('are all made when nothing was asked for by name', () => {
    expect(chosen([both], null)).toEqual([both]);
  });
});

import { describe, expect, it, jest } from '@jest/globals';
import { onAbort } from './on-abort.js';

describe('onAbort', () => {
  it('tells everybody who still waits, and nobody who took it back', () => {
    const controller = new AbortController();
    const told: number[] = [];
    const takeBack = [0, 1, 2, 3, 4].map((n) => onAbort(controller.signal, () => told.push(n)));
    takeBack[1]?.();
    takeBack[4]?.();
    takeBack[1]?.();
    controller.abort();
    expect(told.toSorted()).toEqual([0, 2, 3]);
  });

  it('tells the others when whoever is told takes back their own', () => {
    const controller = new AbortController();
    const told: string[] = [];
    const takeBack = onAbort(controller.signal, () => {
      told.push('first');
      takeBack();
    });
    onAbort(controller.signal, () => told.push('second'));
    controller.abort();
    expect(told).toEqual(['first', 'second']);
  });

  it('adds one listener to a signal, however many wait', () => {
    const { signal } = new AbortController();
    const listened = jest.spyOn(signal, 'addEventListener');
    for (let n = 0; n < 20; n += 1) onAbort(signal, () => undefined);
    expect(listened).toHaveBeenCalledTimes(1);
  });
});

import { describe, expect, it } from '@jest/globals';
import { Fleeting } from './fleeting.js';

describe('Fleeting', () => {
  it('holds what was added until it is taken out, in whatever order', () => {
    const fleeting = new Fleeting<string>();
    const takeOut = new Map(['a', 'b', 'c', 'd'].map((item) => [item, fleeting.add(item)]));
    takeOut.get('b')?.();
    takeOut.get('d')?.();
    expect(fleeting.size).toBe(2);
    fleeting.add('e');
    takeOut.get('a')?.();
    expect(fleeting.takeAll().toSorted()).toEqual(['c', 'e']);
  });

  it('takes nothing else out when it is told twice', () => {
    const fleeting = new Fleeting<string>();
    const takeOut = fleeting.add('a');
    fleeting.add('b');
    takeOut();
    takeOut();
    expect(fleeting.takeAll()).toEqual(['b']);
  });

  it('is empty and goes on after everything was taken out', () => {
    const fleeting = new Fleeting<string>();
    const takeOut = fleeting.add('a');
    fleeting.takeAll();
    fleeting.add('b');
    takeOut();
    expect(fleeting.takeAll()).toEqual(['b']);
  });
});

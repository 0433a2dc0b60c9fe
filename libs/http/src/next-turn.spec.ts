import { describe, expect, it } from '@jest/globals';
import { nextTurn } from './next-turn.js';

describe('nextTurn', () => {
  it('lets all who ask in one turn go on at once, whatever was put off between them', async () => {
    const order: string[] = [];
    const goOn = async (name: string): Promise<void> => {
      await nextTurn();
      order.push(name);
    };
    const first = goOn('first');
    const between = new Promise<void>((resolve) => {
      setImmediate(() => {
        order.push('between');
        resolve();
      });
    });
    const second = goOn('second');
    order.push('this turn');
    await Promise.all([first, between, second]);
    expect(order).toEqual(['this turn', 'first', 'second', 'between']);
  });

  it('is another one for whoever asks afterwards', async () => {
    await nextTurn();
    let isOver = false;
    const second = nextTurn().then(() => {
      isOver = true;
    });
    await Promise.resolve();
    expect(isOver).toBe(false);
    await second;
    expect(isOver).toBe(true);
  });
});

import { describe, expect, it } from '@jest/globals';
import { nextTurn } from './next-turn.js';

describe('nextTurn', () => {
  it('lets all who ask in one turn go on in the next, before anything of the one after', async () => {
    const order: string[] = [];
    const goOn = async (name: string): Promise<void> => {
      await nextTurn();
      order.push(name);
    };
    const both = [goOn('first'), goOn('second')];
    order.push('this turn');
    const later = new Promise<void>((resolve) => {
      setImmediate(() => {
        order.push('later in that turn');
        resolve();
      });
    });
    await Promise.all([...both, later]);
    expect(order).toEqual(['this turn', 'first', 'second', 'later in that turn']);
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

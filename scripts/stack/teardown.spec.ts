import { describe, expect, it } from '@jest/globals';
import { Teardown } from './teardown.js';

function recorder(): { closed: string[]; close: (name: string) => () => Promise<void> } {
  const closed: string[] = [];
  return {
    closed,
    close: (name) => () => {
      closed.push(name);
      return Promise.resolve();
    },
  };
}

describe('the teardown', () => {
  it('closes last what was opened first, and everything once', async () => {
    const { closed, close } = recorder();
    const teardown = new Teardown();
    await teardown.add(close('database'));
    await teardown.add(close('worker'));
    await Promise.all([teardown.close(), teardown.close()]);
    expect(closed).toEqual(['worker', 'database']);
  });

  it('closes at once what is opened while it is closing', async () => {
    const { closed, close } = recorder();
    const teardown = new Teardown();
    const closing = teardown.close();
    await teardown.add(close('late worker'));
    await closing;
    expect(closed).toEqual(['late worker']);
  });

  it('closes the others when one cannot be closed, and says so', async () => {
    const { closed, close } = recorder();
    const teardown = new Teardown();
    await teardown.add(close('database'));
    await teardown.add(() => Promise.reject(new Error('stuck')));
    await expect(teardown.close()).rejects.toThrow('not everything could be closed');
    expect(closed).toEqual(['database']);
  });
});

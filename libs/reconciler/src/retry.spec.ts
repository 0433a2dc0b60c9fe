import { describe, expect, it } from '@jest/globals';
import { retryOnDeadlock } from './retry.js';

const DEADLOCK = Object.assign(new Error('deadlock detected'), { code: '40P01' });
const NOT_UNIQUE = Object.assign(new Error('duplicate key'), { code: '23505' });

function failing(...errors: readonly Error[]) {
  let calls = 0;
  const statement = async () => {
    const error = errors[calls];
    calls += 1;
    await Promise.resolve();
    if (error !== undefined) throw error;
    return 'done';
  };
  return { run: () => retryOnDeadlock(() => 0, statement), calls: () => calls };
}

describe('a statement that lost against another one', () => {
  it('F09: is run again', async () => {
    const statement = failing(DEADLOCK, DEADLOCK);
    expect(await statement.run()).toBe('done');
    expect(statement.calls()).toBe(3);
  });

  it('F09: is given up after five times', async () => {
    const statement = failing(...Array<Error>(10).fill(DEADLOCK));
    await expect(statement.run()).rejects.toBe(DEADLOCK);
    expect(statement.calls()).toBe(5);
  });

  it('F09: is not run again when it failed for another reason', async () => {
    const statement = failing(NOT_UNIQUE);
    await expect(statement.run()).rejects.toBe(NOT_UNIQUE);
    expect(statement.calls()).toBe(1);
  });
});

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from '@jest/globals';
import { NODE_FLAGS } from './node-flags.js';

const textOf = (path: string): string => readFileSync(resolve(import.meta.dirname, '../..', path), 'utf8');

it('a worker is started alike wherever it is started', () => {
  const flags = NODE_FLAGS.worker;
  expect(textOf('package.json')).toContain(`exec node ${flags.join(' ')} scripts/start.js worker`);
  const quoted = ['node', ...flags, 'scripts/start.js', 'worker'].map((word) => `'${word}'`);
  expect(textOf('docker-compose.yml').replace(/\s+/g, ' ')).toContain(quoted.join(', '));
});

import { describe, expect, it } from '@jest/globals';
import type { Allowed } from './allowed.js';
import type { OperationDescription } from './description.js';
import type { Judgement } from './judge.js';
import type { Exchange } from './recording.js';
import { Tally } from './tally.js';
import { LEAST_REQUESTS, verdictOf, type Verdict } from './verdict.js';

const OPERATIONS = [
  { provider: 'vault', operationId: 'one' },
  { provider: 'vault', operationId: 'all' },
];
const EXPECTED: Allowed = {
  provider: 'vault',
  operation: '*',
  what: 'status',
  status: 429,
  source: 'section 1',
};
const GOOD: Judgement = { operation: operation('one'), violations: [], undocumented: null };

function operation(operationId: string): OperationDescription {
  return { operationId, path: '/', method: 'get', responses: {}, security: [] };
}

function exchange(status: number): Exchange {
  return {
    provider: 'vault',
    method: 'GET',
    target: '/',
    requestHeaders: {},
    requestBody: '',
    status,
    responseHeaders: {},
    responseBody: '',
  };
}

/** A run in which everything is as it should be, and what a test adds to it. */
function run(...added: [status: number, judgement: Judgement][]): Verdict {
  const tally = new Tally([EXPECTED]);
  for (let calls = 0; calls < LEAST_REQUESTS; calls += 1) tally.add(exchange(200), GOOD);
  tally.add(exchange(200), { ...GOOD, operation: operation('all') });
  tally.add(exchange(429), { ...GOOD, undocumented: { what: 'status', status: 429 } });
  for (const [status, judgement] of added) tally.add(exchange(status), judgement);
  return verdictOf(tally, { operations: OPERATIONS });
}

describe('the verdict over a recording', () => {
  it('ends with one line, and names what the list allows with its source', () => {
    const { lines, complaints, lastLine } = run();
    expect(complaints).toEqual([]);
    expect(lastLine).toBe('operations 2/2, request violations 0, response violations 0');
    expect(lines.join('\n')).toContain('undocumented status 429: vault (section 1): one 1 times');
  });

  it('counts violations of requests and responses apart, and groups them', () => {
    const wrong = { where: 'query', rule: 'unlisted x' };
    const { lines, complaints, lastLine } = run(
      [200, { ...GOOD, violations: [{ side: 'request', ...wrong }] }],
      [
        200,
        {
          ...GOOD,
          violations: [
            { side: 'request', ...wrong },
            { side: 'response', where: 'body', rule: 'enum' },
          ],
        },
      ],
    );
    expect(lastLine).toBe('operations 2/2, request violations 2, response violations 1');
    expect(complaints).toEqual(['requests or responses violate the descriptions']);
    expect(lines).toContain('request violation: vault one, query: unlisted x, 2 times');
    expect(lines).toContain('response violation: vault one, body: enum, 1 times');
  });

  it('fails for a call that is no operation', () => {
    const { lastLine, complaints } = run([
      404,
      {
        operation: null,
        violations: [{ side: 'request', where: 'GET', rule: 'no such operation' }],
        undocumented: null,
      },
    ]);
    expect(lastLine).toContain('request violations 1');
    expect(complaints).toHaveLength(1);
  });

  it('fails for an operation that never succeeded, even if it was asked', () => {
    const tally = new Tally([]);
    for (let calls = 0; calls < LEAST_REQUESTS; calls += 1) tally.add(exchange(200), GOOD);
    tally.add(exchange(404), { ...GOOD, operation: operation('all') });
    const { complaints, lastLine } = verdictOf(tally, { operations: OPERATIONS });
    expect(lastLine).toBe('operations 1/2, request violations 0, response violations 0');
    expect(complaints).toEqual(['vault: no test saw success of all']);
  });

  it('fails when too little was judged, and for an empty recording', () => {
    const few = new Tally([]);
    few.add(exchange(200), GOOD);
    few.add(exchange(200), { ...GOOD, operation: operation('all') });
    expect(verdictOf(few, { operations: OPERATIONS }).complaints).toEqual([
      `2 requests judged; ${LEAST_REQUESTS} are the least`,
    ]);
    expect(verdictOf(new Tally([]), { operations: OPERATIONS }).complaints).toHaveLength(2);
  });

  it('fails for an undocumented answer that the list does not name', () => {
    const { complaints, lines } = run([418, { ...GOOD, undocumented: { what: 'status', status: 418 } }]);
    expect(complaints).toEqual([
      'vault one answered an undocumented status (418), which the list does not allow',
    ]);
    expect(lines.join('\n')).toContain('undocumented status 418: vault (NOT ALLOWED): one 1 times');
  });

  it('fails for an entry of the list that nothing used', () => {
    const tally = new Tally([EXPECTED, { ...EXPECTED, status: 503 }]);
    for (let calls = 0; calls < LEAST_REQUESTS; calls += 1) {
      tally.add(exchange(429), { ...GOOD, undocumented: { what: 'status', status: 429 } });
    }
    expect(verdictOf(tally, { operations: [] }).complaints).toEqual([
      'no status 503 of vault * was seen, which the list allows',
    ]);
  });
});

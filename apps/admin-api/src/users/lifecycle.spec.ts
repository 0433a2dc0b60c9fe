import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { completePurges, startDuePurges } from '#store';
import { startTestApi, type TestApi } from '../api.harness.js';

const PAST = new Date('2020-01-01T00:00:00.000Z');
const LATER = new Date('2999-01-01T00:00:00.000Z');

/** What an operator would write down on paper. Made apart from the table that it is held against. */
interface Paper {
  status: 'active' | 'deactivated' | 'deleted' | 'purging' | 'purged';
  cameFrom: 'active' | 'deactivated';
  purgeIsPlanned: boolean;
  moves: number;
  edits: number;
}

/** The user under test, over real HTTP on a real database. */
interface Real {
  readonly api: TestApi;
  readonly id: string;
}

/** What a request should be answered: the paper is changed already, or the request is refused. */
type Expected = 'done' | 'refused' | 'closed';

abstract class Request implements fc.AsyncCommand<Paper, Real> {
  check(): boolean {
    return true;
  }

  async run(paper: Paper, real: Real): Promise<void> {
    const before = { ...paper };
    const expected = this.write(paper);
    const answer = await this.send(real);
    if (expected === 'done') expect([this.toString(), answer.status]).toEqual([this.toString(), 200]);
    else {
      const code = expected === 'closed' ? 'user_closed' : 'transition_refused';
      expect(answer).toMatchObject({ status: 409, body: { code, state: before.status } });
      expect(paper).toEqual(before);
    }
    await agree(paper, real);
  }

  abstract write(paper: Paper): Expected;
  abstract send(real: Real): ReturnType<TestApi['ask']>;
  abstract toString(): string;
}

function move(paper: Paper, status: Paper['status']): Expected {
  if (paper.status !== status) paper.moves += 1;
  paper.status = status;
  return 'done';
}

const isThere = ({ status }: Paper): boolean => status === 'active' || status === 'deactivated';

class Deactivate extends Request {
  write = (paper: Paper): Expected => (isThere(paper) ? move(paper, 'deactivated') : 'refused');
  send = ({ api, id }: Real) => api.ask(`/v1/users/${id}/deactivate`, { method: 'POST' });
  toString = (): string => 'deactivate';
}

class Reactivate extends Request {
  write = (paper: Paper): Expected => (isThere(paper) ? move(paper, 'active') : 'refused');
  send = ({ api, id }: Real) => api.ask(`/v1/users/${id}/reactivate`, { method: 'POST' });
  toString = (): string => 'reactivate';
}

class Delete extends Request {
  write(paper: Paper): Expected {
    if (paper.status === 'deleted') return 'done';
    if (!isThere(paper)) return 'refused';
    paper.cameFrom = paper.status === 'deactivated' ? 'deactivated' : 'active';
    paper.purgeIsPlanned = false;
    return move(paper, 'deleted');
  }
  send = ({ api, id }: Real) => api.ask(`/v1/users/${id}`, { method: 'DELETE' });
  toString = (): string => 'delete';
}

class Restore extends Request {
  write(paper: Paper): Expected {
    if (isThere(paper)) return 'done';
    if (paper.status !== 'deleted') return 'refused';
    paper.purgeIsPlanned = false;
    return move(paper, paper.cameFrom);
  }
  send = ({ api, id }: Real) => api.ask(`/v1/users/${id}/restore`, { method: 'POST' });
  toString = (): string => 'restore';
}

class Purge extends Request {
  constructor(private readonly notBefore: Date | null) {
    super();
  }
  write(paper: Paper): Expected {
    if (isThere(paper)) return 'refused';
    if (paper.status !== 'deleted') return 'done';
    if (this.notBefore === LATER) {
      paper.purgeIsPlanned = true;
      return 'done';
    }
    paper.purgeIsPlanned = false;
    return move(paper, 'purging');
  }
  send = ({ api, id }: Real) =>
    api.ask(`/v1/users/${id}/purge`, { json: this.notBefore === null ? {} : { notBefore: this.notBefore } });
  toString = (): string => `purge ${this.notBefore?.getFullYear() ?? 'now'}`;
}

class Edit extends Request {
  write(paper: Paper): Expected {
    if (!isThere(paper)) return 'closed';
    paper.edits += 1;
    return 'done';
  }
  send = ({ api, id }: Real) =>
    api.ask(`/v1/users/${id}`, { method: 'PATCH', json: { company: `Company ${Math.random()}` } });
  toString = (): string => 'edit';
}

/** The time of a planned purge comes. */
class TimePasses implements fc.AsyncCommand<Paper, Real> {
  check = (): boolean => true;
  async run(paper: Paper, real: Real): Promise<void> {
    const started = await startDuePurges(real.api.roster, LATER);
    expect(started.includes(real.id)).toBe(paper.purgeIsPlanned);
    if (paper.purgeIsPlanned) move(paper, 'purging');
    paper.purgeIsPlanned = false;
    await agree(paper, real);
  }
  toString = (): string => 'time passes';
}

/** Every provider has settled what it was asked for last. */
class ProvidersSettle implements fc.AsyncCommand<Paper, Real> {
  check = (): boolean => true;
  async run(paper: Paper, real: Real): Promise<void> {
    const applied = paper.status === 'purging' ? 'purged' : paper.status;
    await real.api.database.sql('UPDATE links SET handled = wanted, applied_status = $2 WHERE user_id = $1', [
      real.id,
      applied,
    ]);
    const completed = await completePurges(real.api.roster);
    expect(completed.includes(real.id)).toBe(paper.status === 'purging');
    if (paper.status === 'purging') move(paper, 'purged');
    await agree(paper, real);
  }
  toString = (): string => 'providers settle';
}

async function agree(paper: Paper, { api, id }: Real): Promise<void> {
  const { body } = await api.ask(`/v1/users/${id}`);
  expect(body).toMatchObject({
    status: paper.status,
    statusBeforeDeletion: isThere(paper) ? null : paper.cameFrom,
    purgeNotBefore: paper.purgeIsPlanned ? LATER.toISOString() : null,
    statusRevision: 1 + paper.moves,
    attributeRevision: 1 + paper.edits,
  });
}

describe('the lifecycle over the API', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.close());

  it('agrees with what an operator would write down, whatever is asked in whatever order', async () => {
    const commands = fc.commands(
      [
        fc.constant(new Deactivate()),
        fc.constant(new Reactivate()),
        fc.constant(new Delete()),
        fc.constant(new Delete()),
        fc.constant(new Restore()),
        fc.constantFrom(null, PAST, LATER, LATER).map((notBefore) => new Purge(notBefore)),
        fc.constant(new Edit()),
        fc.constant(new TimePasses()),
        fc.constant(new ProvidersSettle()),
      ],
      { maxCommands: 14 },
    );
    let count = 0;
    await fc.assert(
      fc.asyncProperty(commands, async (asked) => {
        await fc.asyncModelRun(async () => {
          count += 1;
          const { body } = await api.ask('/v1/users', { json: { externalKey: `model-${count}` } });
          const model: Paper = {
            status: 'active',
            cameFrom: 'active',
            purgeIsPlanned: false,
            moves: 0,
            edits: 0,
          };
          return { model, real: { api, id: body.id } };
        }, asked);
      }),
      { numRuns: 60, endOnFailure: true },
    );
    expect(count).toBeGreaterThanOrEqual(60);
  });
});

import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, it } from '@jest/globals';
import { startCommand, type RunningCommand } from '../support/command.js';

const ROSTER = resolve(import.meta.dirname, '../../examples/roster.csv');
const PROVIDERS = ['vault', 'sunshine', 'passage', 'sendauth'];

interface StackLine {
  readonly adminUrl: string;
  readonly adminKey: string;
  readonly simulatorsUrl: string;
  readonly databaseUrl: string;
  readonly redisUrl: string | null;
}

type Init = Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> };

/** The stack as a client sees it: two URLs and a key. */
class Client {
  constructor(readonly line: StackLine) {}

  async ask<Answer>(method: string, path: string, init: Init = {}): Promise<Answer> {
    const answer = await fetch(new URL(path, this.line.adminUrl), {
      ...init,
      method,
      headers: { authorization: `Bearer ${this.line.adminKey}`, ...init.headers },
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    // What each route answers is what its caller here names; a wrong name fails the expectations on it.
    return (await answer.json()) as Answer;
  }

  async simulator<Answer>(path: string): Promise<Answer> {
    const answer = await fetch(new URL(path, this.line.simulatorsUrl));
    return (await answer.json()) as Answer; // as above
  }

  async untilConverged(): Promise<void> {
    const endMs = Date.now() + 60_000;
    for (;;) {
      const { providers } = await this.ask<{ providers: { due: number }[] }>('GET', '/v1/convergence');
      if (providers.length === PROVIDERS.length && providers.every(({ due }) => due === 0)) return;
      if (Date.now() > endMs) throw new Error(`not converged: ${JSON.stringify(providers)}`);
      await sleep(200);
    }
  }

  async importRoster(): Promise<{ created: number; unchanged: number; failed: number }> {
    const body = Readable.toWeb(createReadStream(ROSTER)) as ReadableStream; // node's own type of the same thing
    return this.ask('POST', '/v1/users/import', {
      body,
      headers: { 'content-type': 'text/csv' },
      ...{ duplex: 'half' },
    });
  }

  async writes(): Promise<number[]> {
    return Promise.all(
      PROVIDERS.map(async (name) => {
        const { calls } = await this.simulator<{ calls: { writes: number } }>(`/providers/${name}/summary`);
        return calls.writes;
      }),
    );
  }
}

async function startStack(): Promise<{ stack: RunningCommand; client: Client }> {
  const stack = startCommand('scripts/stack.js', []);
  const line = await stack.lineLike(/^\{"adminUrl"/);
  return { stack, client: new Client(JSON.parse(line) as StackLine) }; // its one documented line
}

/**
 * Which transaction wrote each row of `links` last: any write changes it. The statistics of Postgres do not serve here,
 * for a connection that falls idle may hold back its counts for ten seconds.
 */
async function writersOfLinks(databaseUrl: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query(
    `SELECT count(*) AS links, md5(string_agg(provider || user_id || xmin, ',' ORDER BY provider, user_id)) AS writers
     FROM links`,
  );
  await client.end();
  return rows[0];
}

describe('the stack', () => {
  it('P18: once converged, further passes and the same file again call nobody and write no link', async () => {
    const { stack, client } = await startStack();
    const first = await client.importRoster();
    await client.untilConverged();
    const callsBefore = await client.writes();
    const writersBefore = await writersOfLinks(client.line.databaseUrl);

    const again = await client.importRoster();
    await sleep(4_000); // several ticks of the worker

    expect(first).toMatchObject({ failed: 0 });
    expect(again).toMatchObject({ created: 0, unchanged: first.created, failed: 0 });
    expect(await client.writes()).toEqual(callsBefore);
    expect(await writersOfLinks(client.line.databaseUrl)).toEqual(writersBefore);
    expect(await stack.stop()).toBe(0);
  }, 120_000);

  it('takes one person through the whole lifecycle over REST alone', async () => {
    const { stack, client } = await startStack();
    const user = await client.ask<{ id: string }>('POST', '/v1/users', {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        externalKey: 'hr-1',
        email: 'ada@example.com',
        phone: '+441632960961',
        givenName: 'Ada',
        familyName: 'Lovelace',
      }),
    });
    const states = async (): Promise<string[]> =>
      Promise.all(
        PROVIDERS.map(async (name) => {
          const accounts = await client.simulator<{ state: string }[]>(`/providers/${name}/accounts`);
          return accounts.map(({ state }) => state).join();
        }),
      );
    await client.untilConverged();
    expect(await states()).toEqual(['live', 'live', 'live', 'live']);
    for (const [verb, expected] of [
      ['deactivate', ['live', 'live', 'suspended', 'softDeleted']],
      ['reactivate', ['live', 'live', 'live', 'live']],
    ] as const) {
      await client.ask('POST', `/v1/users/${user.id}/${verb}`);
      await client.untilConverged();
      expect(await states()).toEqual(expected);
    }
    await client.ask('DELETE', `/v1/users/${user.id}`);
    await client.untilConverged();
    expect(await states()).toEqual(['live', 'live', 'suspended', 'softDeleted']);
    for (const name of PROVIDERS) {
      const look = await client.ask<{ live: { accountId: string } | null }>(
        'GET',
        `/v1/users/${user.id}/providers/${name}`,
      );
      // SendAuth keeps whom it soft-deleted, and says so.
      expect(look.live).toMatchObject({ state: name === 'sendauth' ? 'softDeleted' : expect.any(String) });
    }
    await client.ask('POST', `/v1/users/${user.id}/providers/sunshine/erase-profile`, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ confirm: 'hr-1' }),
    });
    await client.untilConverged();
    const profiles = async () =>
      (await client.simulator<{ profile: object }[]>('/providers/sunshine/accounts')).map(
        ({ profile }) => profile,
      );
    expect(await profiles()).toEqual([{}]);
    await client.ask('POST', `/v1/users/${user.id}/restore`);
    await client.untilConverged();
    expect(await states()).toEqual(['live', 'live', 'live', 'live']);
    expect(await profiles()).toMatchObject([{ email: 'ada@example.com', surname: 'Lovelace' }]);

    const { links } = await client.ask<{ links: { standing: string }[] }>(
      'GET',
      `/v1/users/${user.id}/links`,
    );
    expect(links.map(({ standing }) => standing)).toEqual(['inSync', 'inSync', 'inSync', 'inSync']);
    expect(await stack.stop()).toBe(0);
  }, 120_000);
});

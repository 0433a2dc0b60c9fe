import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { raw, startTestApi, type TestApi } from './api.harness.js';

describe('imports over the API', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.close());

  const csv = (body: string | ReadableStream, query = '') =>
    api.ask(`/v1/users/import${query}`, { body, headers: { 'content-type': 'text/csv' } });
  const count = async () =>
    (await api.database.sql<{ count: string }>('SELECT count(*) FROM users'))[0]?.count;

  it('a file is taken row by row, and what is refused is named', async () => {
    const { status, body } = await csv('externalKey,email\nk1,ana@example.com\nk2,nobody\n');
    expect(status).toBe(200);
    expect(body).toEqual({
      received: 2,
      created: 1,
      updated: 0,
      unchanged: 0,
      failed: 1,
      complete: true,
      applied: true,
      errors: [
        {
          line: 3,
          externalKey: 'k2',
          field: 'email',
          code: 'invalid_value',
          rule: 'must hold exactly one "@"',
        },
      ],
    });
    expect(api.rung.at(-1)).toEqual({ lane: 'backfill', userIds: [] });
  });

  it('NDJSON is taken too, with a charset and without', async () => {
    for (const type of ['application/x-ndjson', 'application/x-ndjson; charset=utf-8']) {
      const { status, body } = await api.ask('/v1/users/import', {
        body: '{"externalKey":"n1","tags":{"a":""}}\n',
        headers: { 'content-type': type },
      });
      expect([status, body.failed]).toEqual([200, 0]);
    }
  });

  it('M06 G05 a file that is refused as a whole says why', async () => {
    const header = await csv('externalKey,Email\nk,\n');
    expect([header.status, header.body.code]).toEqual([422, 'invalid_header']);
    expect(header.body.detail).toContain('did you mean "email"');
    expect((await csv('externalKey\n')).body.code).toBe('empty_import');
  });

  it('M05 an atomic import keeps nothing when one row is refused', async () => {
    const before = await count();
    const { status, body } = await csv('externalKey,email\na1,\na2,nobody\n', '?atomic=true');
    expect([status, body.applied, body.created]).toEqual([200, false, 0]);
    expect(await count()).toBe(before);
  });

  it('mode=sync deletes whoever is missing, with a key that may delete, and says what it did', async () => {
    const people = Array.from({ length: 12 }, (_, n) => `sync-${n}\n`);
    await api.database.sql(`UPDATE users SET status = 'deleted', status_before_deletion = 'active'`);
    await csv(`externalKey\n${people.join('')}`);
    const file = `externalKey\n${people.slice(2).join('')}`;
    const writer = await api.addKey(['users:write']);
    const deleter = await api.addKey(['users:write', 'users:delete']);
    const as = (key: string, query: string, body = file) =>
      api.ask(`/v1/users/import?${query}`, { key, body, headers: { 'content-type': 'text/csv' } });
    expect((await as(writer, 'mode=sync')).body).toMatchObject({ code: 'forbidden' });
    expect(JSON.parse((await as(deleter, 'mode=sync&dryRun=true')).text)).toMatchObject({
      applied: false,
      sync: { outcome: 'dry_run', missing: 2, deleted: 0 },
    });
    expect(JSON.parse((await as(deleter, 'mode=sync')).text)).toMatchObject({
      applied: true,
      sync: { outcome: 'done', missing: 2, deleted: 2, held: 0, allowed: 6 },
    });
    expect(api.rung.at(-1)).toEqual({ lane: 'revocation', userIds: [] });

    const small = `externalKey\n${people.slice(9).join('')}`;
    expect(JSON.parse((await as(deleter, 'mode=sync', small)).text)).toMatchObject({
      sync: { outcome: 'deletions_held', deleted: 0, held: 7, allowed: 5 },
    });
    expect(api.logged.join('')).toContain('too many people are missing');
    const override = 'mode=sync&overrideBudget=the+site+closed';
    expect((await as(deleter, override, small)).status).toBe(403);
    expect(JSON.parse((await csv(small, `?${override}`)).text)).toMatchObject({
      sync: { outcome: 'done', deleted: 7, allowed: null },
    });
  });

  it.each([
    ['mode=all', 'mode'],
    ['mode=sync&dryRun=yes', 'dryRun'],
    ['atomic=true&dryRun=true', 'atomic'],
    ['overrideBudget=why', 'overrideBudget'],
    ['mode=sync&overrideBudget=', 'overrideBudget'],
  ])('%s is refused, naming the field', async (query, field) => {
    const { status, body } = await csv('externalKey\nx\n', `?${query}`);
    expect([status, body.errors.map((error) => error.field)]).toEqual([422, [field]]);
  });

  it('JSON, forms and nothing at all are no import', async () => {
    for (const type of ['application/json', 'application/x-www-form-urlencoded']) {
      const answer = await api.ask('/v1/users/import', { body: '{}', headers: { 'content-type': type } });
      expect(answer.status).toBe(415);
    }
    expect((await api.ask('/v1/users/import', { method: 'POST' })).status).toBe(415);
    expect((await csv('externalKey\nx\n', '?atomic=yes')).status).toBe(422);
  });

  it('a file far larger than any body limit is streamed, and mirrored from the first commit on', async () => {
    const bells = api.rung.length;
    let ringsBeforeTheEnd = 0;
    let at = 0;
    const body = new ReadableStream({
      async pull(controller) {
        if (at === 0) controller.enqueue(Buffer.from('externalKey,company\n'));
        const rows = Array.from({ length: 1_000 }, (_, n) => `big-${at}-${n},${'x'.repeat(100)}\n`);
        controller.enqueue(Buffer.from(rows.join('')));
        at += 1;
        if (at === 5) {
          const deadline = Date.now() + 10_000;
          while (api.rung.length === bells && Date.now() < deadline) {
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
          ringsBeforeTheEnd = api.rung.length - bells;
          controller.close();
        }
      },
    });
    const { status, body: report } = await csv(body);
    expect([status, report.created, report.failed]).toEqual([200, 5_000, 0]);
    expect(ringsBeforeTheEnd).toBeGreaterThan(0);
  });

  it('M08 I21 an upload that breaks off leaves whole users and nothing half', async () => {
    const before = Number(await count());
    const body = new ReadableStream({
      start(controller) {
        const rows = Array.from({ length: 1_500 }, (_, n) => `half-${n}\n`);
        controller.enqueue(Buffer.from(`externalKey\n${rows.join('')}`));
        setTimeout(() => {
          controller.error(new Error('gone'));
        }, 300);
      },
    });
    await expect(csv(body)).rejects.toThrow();
    const settled = async () => {
      const [row] = await api.database.sql<{ users: number; linked: number }>(
        `SELECT (SELECT count(*)::int FROM users) AS users, (SELECT count(DISTINCT user_id)::int FROM links) AS linked`,
      );
      return row;
    };
    const after = await settled();
    expect([0, 1_000]).toContain((after?.users ?? 0) - before);
    expect(after?.linked).toBe(after?.users);
    expect((await csv('externalKey\nlater\n')).status).toBe(200);
    // The sender's trouble is none of ours: nothing to wake anybody for.
    expect(api.logged.filter((line) => line.includes('"error"'))).toEqual([]);
  });

  it('M08 a file shorter than it was announced is answered as broken off', async () => {
    const head = `POST /v1/users/import HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${await api.addKey(['users:write'])}\r\n`;
    const body = 'externalKey\nshort-1\nshort';
    const request = `${head}Content-Type: text/csv\r\nContent-Length: 1000\r\n\r\n${body}`;
    const answer = await raw(api.url, request, { andEnd: true });
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*application\/problem\+json/s);
    expect((await api.ask('/v1/users?externalKey=short')).body.users).toEqual([]);
  });

  it('M10 only so many imports run at once', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = () =>
      csv(
        new ReadableStream({
          async start(controller) {
            controller.enqueue(Buffer.from('externalKey\nslow\n'));
            await held;
            controller.close();
          },
        }),
      );
    const running = [slow(), slow()];
    await new Promise((resolve) => setTimeout(resolve, 300));
    const third = await csv('externalKey\nx\n');
    release();
    expect([third.status, third.body.code]).toEqual([429, 'too_many_imports']);
    expect(third.headers.get('retry-after')).toBe('10');
    expect((await Promise.all(running)).map((answer) => answer.status)).toEqual([200, 200]);
    expect((await csv('externalKey\nx\n')).status).toBe(200);
  });
});

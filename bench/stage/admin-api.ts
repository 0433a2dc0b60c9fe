import { Pool } from 'undici';
import type { Environment } from '../../scripts/stack/environment.js';
import { startApp } from './apps.js';
import type { Stage } from './stage.js';

const KEY = 'bench-key-0123456789abcdef0123456789';

/** The admin API in a process of its own, asked by as many clients as are wanted at a time. */
export class AdminApi {
  private constructor(
    private readonly clients: Pool,
    private readonly end: () => Promise<void>,
  ) {}

  /** @param clients connections to it */
  static async start(stage: Stage, clients: number, settings: Environment = {}): Promise<AdminApi> {
    const app = await startApp(stage, 'admin-api', { ROLLCALL_ADMIN_KEY: KEY, ...settings });
    const pool = new Pool(app.url, { connections: clients, pipelining: 1 });
    return new AdminApi(pool, () => app.stop());
  }

  /** Changes some attributes of a user. */
  patch(userId: string, attributes: object): Promise<unknown> {
    return this.ask('PATCH', `/v1/users/${userId}`, attributes);
  }

  user(userId: string): Promise<unknown> {
    return this.ask('GET', `/v1/users/${userId}`);
  }

  deactivate(userId: string): Promise<unknown> {
    return this.ask('POST', `/v1/users/${userId}/deactivate`);
  }

  async stop(): Promise<void> {
    await this.clients.close();
    await this.end();
  }

  private async ask(method: 'GET' | 'PATCH' | 'POST', path: string, json?: object): Promise<unknown> {
    const { statusCode, body } = await this.clients.request({
      method,
      path,
      headers: {
        authorization: `Bearer ${KEY}`,
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: json === undefined ? null : JSON.stringify(json),
    });
    const text = await body.text();
    if (statusCode >= 300)
      throw new Error(`the admin API answered ${statusCode} to ${method} ${path}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  }
}

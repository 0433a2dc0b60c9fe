import { hashOfAccount } from '#store';
import { openLifecycleStage, type LifecycleStage } from './lifecycle-stage.js';
import { linkOf } from './mirror.js';
import { enter, person, range } from './people.js';

export const WEBHOOK_SECRET = 'webhook-secret-0123456789abcdef';

/** A user of the roster and its Sunshine account. */
export interface Mirrored {
  readonly id: string;
  readonly externalKey: string;
  readonly accountId: string;
}

/** What was written down of a webhook. */
export interface WrittenEvent {
  readonly event_id: string;
  readonly type: string;
  /** Keyed hash. */
  readonly account: string;
}

/** How a post may differ from the provider's. */
export interface PostOptions {
  readonly secret?: string | null;
  readonly app?: string;
  readonly provider?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent in the place of the events, as it stands. */
  readonly body?: string;
}

/** A stage on which Sunshine posts to the admin API. */
export class WebhookStage {
  private constructor(readonly stage: LifecycleStage) {}

  static async open(behaviour: object = {}): Promise<WebhookStage> {
    const stage = await openLifecycleStage({
      providers: ['sunshine', 'vault'],
      environment: { SUNSHINE_WEBHOOK_SECRET: WEBHOOK_SECRET },
    });
    stage.mirror.simulators.providers.sunshine.behaviour.merge({
      webhookTarget: `${stage.url}/v1/webhooks/sunshine`,
      webhookSecret: WEBHOOK_SECRET,
      webhookRetryMs: 20,
      ...behaviour,
    });
    return new WebhookStage(stage);
  }

  get simulator() {
    return this.stage.mirror.simulators.providers.sunshine;
  }

  get running() {
    return this.stage.mirror.simulators.running.sunshine;
  }

  /** Enters people and mirrors them. */
  async hire(count: number): Promise<readonly Mirrored[]> {
    const users = await enter(
      this.stage.mirror.roster,
      range(count).map((n) => person(n)),
    );
    await this.stage.mirror.converge();
    return Promise.all(
      users.map(async ({ id, externalKey }) => ({
        id,
        externalKey,
        accountId: String((await this.link(id))['account_id']),
      })),
    );
  }

  link(userId: string): Promise<Record<string, unknown>> {
    return linkOf(this.stage.mirror.database, userId, 'sunshine');
  }

  written(): Promise<WrittenEvent[]> {
    return this.stage.mirror.database.sql<{
      event_id: string;
      type: string;
      account: string;
    }>(`SELECT event_id, type, encode(account_hash, 'hex') AS account FROM webhook_events ORDER BY event_id`);
  }

  /** An account as what was written down names it. */
  hashOf(accountId: string): string {
    return hashOfAccount(this.stage.mirror.roster.hashKey, 'sunshine', accountId).toString('hex');
  }

  /** Posts events as Sunshine would, or as somebody else. @returns the HTTP status */
  async post(events: readonly unknown[], options: PostOptions = {}): Promise<number> {
    const { secret = WEBHOOK_SECRET, app = this.setting('APP_ID'), provider = 'sunshine' } = options;
    const answer = await fetch(`${this.stage.url}/v1/webhooks/${provider}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(secret === null ? {} : { 'x-api-key': secret }),
        ...options.headers,
      },
      body: options.body ?? JSON.stringify({ app: { id: app }, webhook: { id: 'w', version: 'v2' }, events }),
    });
    await answer.text();
    return answer.status;
  }

  /** Has Sunshine itself merge one account into another, which it then posts. */
  async merge(discardedId: string, survivingId: string): Promise<void> {
    for (const id of [discardedId, survivingId])
      this.simulator.plant({ op: 'patch', id, account: { zendeskId: `z-${id}` } });
    const url = `${this.setting('BASE_URL')}/v2/apps/${this.setting('APP_ID')}/users/z-${discardedId}/sync`;
    const credentials = Buffer.from(`${this.setting('KEY_ID')}:${this.setting('KEY_SECRET')}`);
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${credentials.toString('base64')}`,
      },
      body: JSON.stringify({ survivingZendeskId: `z-${survivingId}` }),
    });
    if (answer.status !== 200) throw new Error(`the merge was answered ${answer.status}`);
  }

  private setting(name: string): string {
    return this.running.environment[`SUNSHINE_${name}`] ?? '';
  }
}

/** An event of a removed user, as the description has it. */
export function removal(id: string, account: { readonly accountId: string; readonly externalKey?: string }) {
  const user = { id: account.accountId, externalId: account.externalKey ?? null, authenticated: true };
  return { id, createdAt: '2024-11-28T21:42:10.691Z', type: 'user:remove', payload: { user } };
}

/** An event of two merged users. */
export function mergeOf(id: string, discardedId: string, survivingId: string) {
  const mergedUsers = { surviving: { id: survivingId }, discarded: { id: discardedId } };
  return {
    id,
    createdAt: '2024-11-28T21:42:10.691Z',
    type: 'user:merge',
    payload: { mergedUsers, reason: 'api' },
  };
}

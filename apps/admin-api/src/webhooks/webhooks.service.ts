import { Inject, Injectable } from '@nestjs/common';
import type { ProviderRegistry, WebhookHeaders, WebhookReceiver } from '#identity-provider';
import { type Logger, sparingly, systemClock } from '#observability';
import type { Doorbell } from '#queue';
import { type Roster, takeWebhookHints } from '#store';
import { Problem } from '../http/problem.js';
import { DOORBELL, LOGGER, REGISTRY, ROSTER } from '../tokens.js';

/** More is no batch of a provider's: it is refused whole, and whoever posted it may do so in parts. */
const MAX_HINTS_A_POST = 1_000;

/** Takes what providers tell by themselves: written down and made due, and left to the workers. */
@Injectable()
export class WebhooksService {
  private readonly sparing: Pick<Logger, 'warn'>;

  constructor(
    @Inject(ROSTER) private readonly roster: Roster,
    @Inject(REGISTRY) private readonly registry: ProviderRegistry,
    @Inject(DOORBELL) private readonly doorbell: Doorbell,
    @Inject(LOGGER) log: Logger,
  ) {
    this.sparing = sparingly(log, systemClock);
  }

  /** @throws Problem 404 when the provider has no webhook here, 401 when the request does not show its secret */
  requireSender(slug: string, headers: WebhookHeaders): void {
    if (this.receiverOf(slug).isAuthentic(headers)) return;
    this.sparing.warn('webhook refused', { provider: slug, reason: 'secret' });
    throw new Problem(401, 'unauthorized', { detail: 'send the secret that this webhook was made with' });
  }

  /** @throws Problem 413 when there are too many events in one body; nothing of it is kept then */
  async take(slug: string, body: unknown): Promise<void> {
    const hints = this.receiverOf(slug).readHints(body);
    if (hints.length > MAX_HINTS_A_POST) {
      this.sparing.warn('webhook refused', { provider: slug, reason: 'too_many_events' });
      const detail = `a body may hold at most ${MAX_HINTS_A_POST} events; send them in parts`;
      throw new Problem(413, 'body_too_large', { detail });
    }
    if (hints.length === 0) return;
    for (const { lane, userIds } of await takeWebhookHints(this.roster, slug, hints))
      this.doorbell.ring([slug], lane, userIds);
  }

  private receiverOf(slug: string): WebhookReceiver {
    const receiver = this.registry.find(slug)?.webhook ?? null;
    if (receiver !== null) return receiver;
    const detail =
      'no webhook is taken here; check the name of the provider, and that its webhook secret is set';
    throw new Problem(404, 'webhook_not_found', { detail });
  }
}

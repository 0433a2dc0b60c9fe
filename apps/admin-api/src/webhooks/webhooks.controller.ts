import { Body, Controller, HttpCode, Inject, Param, Post, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { Public } from '../auth/scopes.js';
import { Answers, Describes } from '../docs/decorators.js';
import { SenderGuard } from './sender.guard.js';
import { WebhooksService } from './webhooks.service.js';

const webhookTaken = z.strictObject({});

/** Where providers tell what happens to their accounts. Not for keys of ours: each shows a secret of its own. */
@Controller('v1/webhooks')
@Public()
@UseGuards(SenderGuard)
export class WebhooksController {
  constructor(@Inject(WebhooksService) private readonly webhooks: WebhooksService) {}

  @Post(':provider')
  @HttpCode(200)
  @Describes(
    'Take a webhook of a provider',
    'For the provider alone, by the secret that it shares with this deployment; at most 1 MB. Events are written down, those known already do nothing, and the accounts that they name are read. Unknown events and accounts are no error.',
  )
  @Answers(200, webhookTaken)
  async take(
    @Param('provider') provider: string,
    // Whatever a provider sends: only its adapter can tell what of it means something.
    @Body({ schema: z.unknown() }) body: unknown,
  ): Promise<z.infer<typeof webhookTaken>> {
    await this.webhooks.take(provider, body);
    return {};
  }
}

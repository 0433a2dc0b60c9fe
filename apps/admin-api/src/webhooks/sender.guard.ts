import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { WebhooksService } from './webhooks.service.js';

type WebhookRequest = FastifyRequest<{ Params: { provider: string } }>;

/** Stands before the webhooks: only the provider gets in, by the secret that it shares with us. */
@Injectable()
export class SenderGuard implements CanActivate {
  constructor(@Inject(WebhooksService) private readonly webhooks: WebhooksService) {}

  canActivate(context: ExecutionContext): boolean {
    const { params, headers } = context.switchToHttp().getRequest<WebhookRequest>();
    this.webhooks.requireSender(params.provider, headers);
    return true;
  }
}

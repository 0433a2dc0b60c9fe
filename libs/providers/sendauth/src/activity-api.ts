import type { ProviderClient, ProviderRequest } from '#http';
import {
  ProviderError,
  type AccountAudit,
  type AccountTransaction,
  type ActivityPage,
  type AuthenticationRequest,
  type CallContext,
  type StartedTransaction,
} from '#identity-provider';
import type { z } from 'zod';
import { auditPageSchema, startedSchema, transactionPageSchema, type EntryPage } from './activity.js';
import { explainAuthentication, explainRegistration, explainUserError } from './explain.js';
import { refuseBroken, textOf } from './limits.js';
import { userPath } from './paths.js';
import { toQuery, type PageQuery } from './query.js';

/** @see sendauth.openapi.yaml `WebTX` */
const AUTHENTICATION_LIMITS = { message: textOf(0, 1024), connectwise: textOf(0, 64) };

/**
 * Typed calls on what one user does and is asked for: what mirroring does not need. Live users only (inferred); limits
 * and errors are those of `SendauthApi`.
 * @see sendauth.openapi.yaml `/api/v1/users/{userID}`, PROVIDERS.md 4.2
 */
export class SendauthActivityApi {
  constructor(private readonly client: ProviderClient) {}

  /** Asks a user to register passkeys. @throws ProviderError `conflict`, `already_has_passkeys` */
  async registerUser(userId: string, context: CallContext): Promise<StartedTransaction> {
    const path = userPath(userId, 'register');
    return this.start({ method: 'POST', path, explain: explainRegistration }, context);
  }

  /**
   * Asks a user to authenticate.
   * @param request `message` of at most 1,024 characters, `connectwise` of at most 64
   * @throws ProviderError `conflict`, `no_passkeys`
   */
  async authenticateUser(
    userId: string,
    { message, connectwise }: AuthenticationRequest,
    context: CallContext,
  ): Promise<StartedTransaction> {
    refuseBroken(AUTHENTICATION_LIMITS, { message, connectwise });
    const isBare = message === undefined && connectwise === undefined;
    const body = isBare ? undefined : { message, connectwise };
    const path = userPath(userId, 'authenticate');
    return this.start({ method: 'POST', path, body, explain: explainAuthentication }, context);
  }

  /** Removes all passkeys; a user who has none is as good. Irreversible by us. @returns the HTTP status */
  async removePasskeys(userId: string, context: CallContext): Promise<number> {
    const path = userPath(userId, 'passkey');
    const request = { method: 'DELETE', path, explain: explainUserError } as const;
    return (await this.client.request(request, context)).status;
  }

  /** What was done to a user, in an order that is not documented. */
  async listAudits(
    userId: string,
    query: PageQuery,
    context: CallContext,
  ): Promise<ActivityPage<AccountAudit>> {
    const path = userPath(userId, 'audits');
    return this.list(auditPageSchema, { path, query: toQuery(query) }, context);
  }

  /** What a user was asked for, in an order that is not documented. */
  async listTransactions(
    userId: string,
    query: PageQuery,
    context: CallContext,
  ): Promise<ActivityPage<AccountTransaction>> {
    const path = userPath(userId, 'transactions');
    return this.list(transactionPageSchema, { path, query: toQuery(query) }, context);
  }

  /** The answer's status already says that it began: without a readable id, only its name is lost. */
  private async start(request: ProviderRequest, context: CallContext): Promise<StartedTransaction> {
    const { status, json } = await this.client.request(request, context);
    const parsed = startedSchema.safeParse(json);
    if (!parsed.success) throw new ProviderError('outcomeUnknown', { reason: 'no_transaction_id', status });
    return { id: parsed.data.tx };
  }

  private async list<Entry>(
    schema: z.ZodType<EntryPage<Entry>>,
    request: Pick<ProviderRequest, 'path' | 'query'>,
    context: CallContext,
  ): Promise<ActivityPage<Entry>> {
    const call = { ...request, method: 'GET', explain: explainUserError } as const;
    const { status, json } = await this.client.request(call, context);
    const parsed = schema.safeParse(json);
    if (!parsed.success) throw new ProviderError('protocol', { reason: 'not_a_page_of_activity', status });
    return { entries: parsed.data.rows ?? [], total: parsed.data.total };
  }
}

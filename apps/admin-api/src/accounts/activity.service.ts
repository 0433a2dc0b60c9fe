import { Inject, Injectable } from '@nestjs/common';
import type {
  AccountAudit,
  AccountOperations,
  AccountTransaction,
  ActivityPage,
  ActivityQuery,
  Period,
  UsageStats,
} from '#identity-provider';
import { AccountDirectory, targetOf } from './directory.js';
import { ProviderCalls } from './provider-calls.js';
import { notOffered } from './provider-problem.js';
import type { RequestContext } from './request-context.js';

type Target = ReturnType<typeof targetOf>;
type Reading = 'readStats' | 'readAudits' | 'readTransactions';

/** Reads what happened to one account over there. */
@Injectable()
export class ActivityService {
  constructor(
    @Inject(AccountDirectory) private readonly directory: AccountDirectory,
    @Inject(ProviderCalls) private readonly calls: ProviderCalls,
  ) {}

  stats(userId: string, slug: string, period: Period): Promise<UsageStats> {
    return this.read('readStats', { userId, slug }, (read, target, context) => read(target, period, context));
  }

  audits(userId: string, slug: string, query: ActivityQuery): Promise<ActivityPage<AccountAudit>> {
    return this.read('readAudits', { userId, slug }, (read, target, context) => read(target, query, context));
  }

  transactions(
    userId: string,
    slug: string,
    query: ActivityQuery,
  ): Promise<ActivityPage<AccountTransaction>> {
    return this.read('readTransactions', { userId, slug }, (read, target, context) =>
      read(target, query, context),
    );
  }

  private async read<Name extends Reading, Answer>(
    operation: Name,
    of: { readonly userId: string; readonly slug: string },
    ask: (
      read: NonNullable<AccountOperations[Name]>,
      target: Target,
      context: RequestContext,
    ) => Promise<Answer>,
  ): Promise<Answer> {
    const located = await this.directory.locate(operation, of.userId, of.slug);
    const { instance } = located;
    const read = instance.operations[operation];
    // `locate` refuses what is not offered; this is for the compiler, which cannot see that.
    if (read === undefined) throw notOffered({ instance, operation });
    const target = targetOf(located);
    return this.calls.make({ instance, operation }, (context) => ask(read, target, context));
  }
}

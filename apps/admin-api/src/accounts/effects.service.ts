import { Inject, Injectable } from '@nestjs/common';
import { USER_STATUSES } from '#domain';
import {
  type AccountOperations,
  type AuthenticationRequest,
  CallNotStarted,
  ProviderError,
  type StartedTransaction,
} from '#identity-provider';
import type { Logger } from '#observability';
import {
  type AccountCall,
  type AccountCallEnd,
  type AccountCallRule,
  beginAccountCall,
  endAccountCall,
  NoAccount,
  type Roster,
  type UserRef,
} from '#store';
import { LOGGER, ROSTER } from '../tokens.js';
import { AccountDirectory, type Located, targetOf } from './directory.js';
import { ProviderCalls } from './provider-calls.js';
import { notOffered } from './provider-problem.js';
import type { RequestContext } from './request-context.js';

/** Who asks for what, of whom, where. */
export interface EffectAsk {
  readonly actor: string;
  readonly ref: UserRef;
  readonly slug: string;
}

type Target = ReturnType<typeof targetOf>;
type Effect = 'startRegistration' | 'startAuthentication' | 'removePasskeys';

/** As the audit names them. */
const ACTIONS: Readonly<Record<Effect, string>> = {
  startRegistration: 'account.register',
  startAuthentication: 'account.authenticate',
  removePasskeys: 'account.remove_passkeys',
};

/** A leaver must not get a passkey, nor be let in by one. */
const ACTIVE_ONLY = { needs: 'active', statuses: ['active'] } as const;
const NOT_PURGED = {
  needs: 'not purged',
  statuses: USER_STATUSES.filter((status) => status !== 'purged'),
} as const;

/** Does to one account over there what the mirror never does by itself; on record before it is done, and after. */
@Injectable()
export class EffectsService {
  constructor(
    @Inject(ROSTER) private readonly roster: Roster,
    @Inject(LOGGER) private readonly log: Logger,
    @Inject(AccountDirectory) private readonly directory: AccountDirectory,
    @Inject(ProviderCalls) private readonly calls: ProviderCalls,
  ) {}

  register(ask: EffectAsk): Promise<StartedTransaction> {
    const rule = { ...ask.ref, ...ACTIVE_ONLY };
    return this.cause('startRegistration', { ask, rule }, (start, target, context) => start(target, context));
  }

  authenticate(ask: EffectAsk, request: AuthenticationRequest): Promise<StartedTransaction> {
    const rule = { ...ask.ref, ...ACTIVE_ONLY };
    return this.cause('startAuthentication', { ask, rule }, (start, target, context) =>
      start(target, request, context),
    );
  }

  removePasskeys(ask: EffectAsk, confirm: string | undefined): Promise<void> {
    const rule = { ...ask.ref, ...NOT_PURGED, confirm: { given: confirm } };
    return this.cause('removePasskeys', { ask, rule }, (remove, target, context) => remove(target, context));
  }

  private async cause<Name extends Effect, Answer>(
    operation: Name,
    { ask, rule }: { readonly ask: EffectAsk; readonly rule: AccountCallRule },
    act: (
      effect: NonNullable<AccountOperations[Name]>,
      target: Target,
      context: RequestContext,
    ) => Promise<Answer>,
  ): Promise<Answer> {
    const located = await this.directory.locate(operation, ask.ref.id, ask.slug);
    const { instance } = located;
    const effect = instance.operations[operation];
    // `locate` refuses what is not offered; this is for the compiler, which cannot see that.
    if (effect === undefined) throw notOffered({ instance, operation });
    const call = { actor: ask.actor, action: ACTIONS[operation], provider: instance.slug };
    return this.calls.make({ instance, operation }, (context) =>
      this.onRecord({ call, rule, located }, context, (target) => act(effect, target, context)),
    );
  }

  private async onRecord<Answer>(
    { call, rule, located }: { call: AccountCall; rule: AccountCallRule; located: Located },
    context: RequestContext,
    act: (target: Target) => Promise<Answer>,
  ): Promise<Answer> {
    const { id: userId } = await beginAccountCall(this.roster, call, rule);
    try {
      const answer = await act(targetOf(located));
      await this.end(call, { userId, outcome: 'acknowledged' });
      return answer;
    } catch (error) {
      await this.end(call, { userId, ...endOf(error, context) });
      throw error;
    }
  }

  /** What was done is done: a store that fails now must not make the caller do it again. That it was begun is on record. */
  private async end(call: AccountCall, end: AccountCallEnd): Promise<void> {
    try {
      await endAccountCall(this.roster, call, end);
    } catch (error) {
      const { action, provider } = call;
      this.log.error('the outcome of a call could not be recorded', {
        action,
        provider,
        userId: end.userId,
        error,
      });
    }
  }
}

function endOf(error: unknown, { mutated }: RequestContext): Pick<AccountCallEnd, 'outcome' | 'reason'> {
  if (error instanceof ProviderError) {
    const { kind, detail } = error;
    const isLost = kind === 'outcomeUnknown' || (kind === 'protocol' && mutated);
    return { outcome: isLost ? 'unknown' : 'refused', reason: detail.reason };
  }
  if (error instanceof CallNotStarted) return { outcome: 'refused', reason: 'not_started' };
  if (error instanceof NoAccount) return { outcome: 'refused', reason: 'no_account' };
  return { outcome: mutated ? 'unknown' : 'refused', reason: 'internal' };
}

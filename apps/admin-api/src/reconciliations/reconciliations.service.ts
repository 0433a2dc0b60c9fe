import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '#observability';
import {
  askForRuns,
  cancelRun,
  type Finding,
  findFinding,
  FindingNotFound,
  findRun,
  liftWideningHalt,
  listFindings,
  listProviders,
  listRuns,
  recordAudit,
  type Roster,
  type Run,
} from '#store';
import { Cursors } from '../http/cursor.js';
import { isId } from '../http/id.js';
import { Problem } from '../http/problem.js';
import { CLOCK, ROSTER } from '../tokens.js';
import type { FindingListQuery, ReconciliationBody, RunListQuery } from './requests.js';
import { type RunView, toRunView } from './views.js';

/** Reconciliations: asked for here, made by the workers, and read here while they go on. */
@Injectable()
export class ReconciliationsService {
  private readonly cursors: Cursors;

  constructor(
    @Inject(ROSTER) private readonly roster: Roster,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.cursors = new Cursors(roster.hashKey);
  }

  /** @throws Problem when a provider is not there, or switched off; OtherRunOpen */
  async ask(actor: string, { providers, mode, scope }: ReconciliationBody): Promise<RunView[]> {
    const wanted = await this.enabledOf(providers);
    const asked = { mode, trigger: 'request', requestedBy: actor, userIds: scope?.userIds } as const;
    const runs = await askForRuns(this.roster, { providers: wanted, ...asked });
    await recordAudit(
      this.roster.database.sql,
      this.roster.hashKey,
      runs.map(({ id, provider }) => ({
        actor,
        action: 'reconciliation.ask',
        provider,
        detail: { id, mode },
      })),
    );
    return runs.map(toRunView);
  }

  /** @throws Problem when there is no run of this id */
  async read(id: string): Promise<RunView> {
    return this.found(isId(id) ? await findRun(this.roster, id) : null);
  }

  /** @throws Problem when there is no run of this id */
  async cancel(actor: string, id: string): Promise<RunView> {
    const run = this.found(isId(id) ? await cancelRun(this.roster, id) : null);
    const entry = { actor, action: 'reconciliation.cancel', provider: run.provider, detail: { id } };
    await recordAudit(this.roster.database.sql, this.roster.hashKey, [entry]);
    return run;
  }

  async list({ cursor, limit, ...query }: RunListQuery): Promise<{
    readonly runs: readonly RunView[];
    readonly nextCursor: string | null;
  }> {
    const listing = JSON.stringify(['runs', query.provider ?? null, query.state ?? null]);
    const after = this.cursors.read(cursor, listing);
    const { runs, next } = await listRuns(this.roster.database, { ...query, after, limit });
    return { runs: runs.map(toRunView), nextCursor: this.cursors.sign(next, listing) };
  }

  async findings({ cursor, limit, ...query }: FindingListQuery): Promise<{
    readonly findings: readonly Finding[];
    readonly nextCursor: string | null;
  }> {
    const { provider = null, kind = null, state = null } = query;
    const listing = JSON.stringify(['findings', provider, kind, state]);
    const after = this.cursors.read(cursor, listing);
    const { findings, next } = await listFindings(this.roster.database, { ...query, after, limit });
    return { findings, nextCursor: this.cursors.sign(next, listing) };
  }

  /** @throws FindingNotFound */
  async finding(id: string): Promise<Finding> {
    if (!isId(id)) throw new FindingNotFound();
    return findFinding(this.roster.database, id);
  }

  /** @throws Problem when nothing is halted there over a listing */
  async resume(actor: string, how: { readonly provider: string; readonly reason: string }): Promise<void> {
    if (await liftWideningHalt(this.roster, actor, how)) return;
    throw new Problem(409, 'not_halted', {
      detail:
        'this provider is not halted over a listing; other halts end by themselves when their cause is gone',
    });
  }

  private async enabledOf(providers: readonly string[] | undefined): Promise<string[]> {
    const views = await listProviders(this.roster.database, this.clock.now());
    const enabled = views.filter((view) => view.enabled).map(({ slug }) => slug);
    if (providers?.every((slug) => enabled.includes(slug)) === false) {
      const fault = {
        field: 'providers',
        code: 'invalid_value',
        rule: 'must be slugs of providers that are switched on',
      } as const;
      throw new Problem(422, 'invalid_fields', { detail: `providers ${fault.rule}`, errors: [fault] });
    }
    return providers === undefined ? enabled : [...providers];
  }

  private found(run: Run | null): RunView {
    if (run !== null) return toRunView(run);
    throw new Problem(404, 'reconciliation_not_found', { detail: 'there is no reconciliation of this id' });
  }
}

import { Inject, Injectable } from '@nestjs/common';
import type { Capabilities, ProviderRegistry } from '#identity-provider';
import type { Clock } from '#observability';
import { convergence, type Convergence, listProviders, type ProviderView, type Roster } from '#store';
import { CLOCK, REGISTRY, ROSTER } from '../tokens.js';

/** A provider as callers see it. */
export interface Provider extends ProviderView {
  /** What it can do; `null` when it is not configured here. */
  readonly capabilities: Omit<Capabilities, 'lowering'> | null;
  /** What each status of a user means there. */
  readonly lowering: Capabilities['lowering'] | null;
}

/** Joins what the database knows of providers with what their adapters say of themselves. */
@Injectable()
export class ProvidersService {
  constructor(
    @Inject(ROSTER) private readonly roster: Roster,
    @Inject(REGISTRY) private readonly registry: ProviderRegistry,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(): Promise<Provider[]> {
    const views = await listProviders(this.roster.database, this.clock.now());
    return views.map((view) => {
      const instance = this.registry.find(view.slug);
      if (instance === undefined) return { ...view, capabilities: null, lowering: null };
      const { lowering, ...capabilities } = instance.provider.capabilities;
      return { ...view, capabilities, lowering };
    });
  }

  convergence(): Promise<Convergence[]> {
    return convergence(this.roster.database);
  }
}

import { Inject, Injectable } from '@nestjs/common';
import { spellAssignment } from '#config';
import type { Capabilities, Lowering, ProviderRegistry } from '#identity-provider';
import type { Clock } from '#observability';
import { convergence, type Convergence, listProviders, type ProviderView, type Roster } from '#store';
import { CLOCK, REGISTRY, ROSTER } from '../tokens.js';
import { type Semantics, semanticsOf } from './semantics.js';

/** A provider as callers see it. */
export interface Provider extends ProviderView {
  /** What it can do; `null` when it is not configured here. */
  readonly capabilities: Omit<Capabilities, 'lowering'> | null;
  /** What each status of a user means there, by the default or by policy. */
  readonly lowering: Lowering | null;
  /** The rule by which users are in its scope; `null` when everybody is, or it is not configured here. */
  readonly assignment: string | null;
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
      if (instance === undefined) return { ...view, capabilities: null, lowering: null, assignment: null };
      // What holds here takes the place of what could.
      const chosen = { ...instance.provider.capabilities, lowering: instance.lowering };
      const { lowering, ...capabilities } = chosen;
      const assignment = instance.assignment === null ? null : spellAssignment(instance.assignment);
      return { ...view, capabilities, lowering, assignment };
    });
  }

  semantics(): Semantics {
    return semanticsOf(this.registry.all());
  }

  convergence(): Promise<Convergence[]> {
    return convergence(this.roster.database);
  }
}

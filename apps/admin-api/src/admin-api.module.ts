import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import type { ProviderRegistry } from '#identity-provider';
import type { Clock, Logger } from '#observability';
import type { Doorbell } from '#queue';
import type { Roster } from '#store';
import { AccountLookService } from './accounts/account-look.service.js';
import { ActivityController } from './accounts/activity.controller.js';
import { ActivityService } from './accounts/activity.service.js';
import { DebtsService } from './accounts/debts.service.js';
import { AccountDirectory } from './accounts/directory.js';
import { EffectsController } from './accounts/effects.controller.js';
import { EffectsService } from './accounts/effects.service.js';
import { ProviderCalls } from './accounts/provider-calls.js';
import { Authenticator } from './auth/authenticator.js';
import { KeyGuard } from './auth/key.guard.js';
import { type AskReadiness, HealthController } from './health/health.controller.js';
import { ErasuresController } from './erasure/erasures.controller.js';
import { type ErasurePolicy, ErasuresService } from './erasure/erasures.service.js';
import { FindingsController } from './findings/findings.controller.js';
import { FindingsService } from './findings/findings.service.js';
import { ShownAccounts } from './findings/shown-account.js';
import { HoldsController } from './holds/holds.controller.js';
import { type BudgetPolicy, HoldsService } from './holds/holds.service.js';
import { InputPipe } from './http/input.pipe.js';
import { ProblemFilter } from './http/problem.filter.js';
import { PlansController } from './plans/plans.controller.js';
import { PlansService } from './plans/plans.service.js';
import { ProvidersController } from './providers/providers.controller.js';
import { ProvidersService } from './providers/providers.service.js';
import { ReconciliationsController } from './reconciliations/reconciliations.controller.js';
import { ReconciliationsService } from './reconciliations/reconciliations.service.js';
import { BUDGET, ERASURE, CLOCK, DOORBELL, LOGGER, READINESS, REGISTRY, ROSTER } from './tokens.js';
import { AssignmentController } from './users/assignment.controller.js';
import { ImportsController } from './users/imports.controller.js';
import { ImportsService } from './users/imports.service.js';
import { LegalHoldController } from './users/legal-hold.controller.js';
import { LifecycleController } from './users/lifecycle.controller.js';
import { ReturnsService } from './users/returns.service.js';
import { UsersController } from './users/users.controller.js';
import { UsersService } from './users/users.service.js';
import { WebhooksController } from './webhooks/webhooks.controller.js';
import { WebhooksService } from './webhooks/webhooks.service.js';

/** What the admin API works with. */
export interface AdminApiParts {
  readonly roster: Roster;
  readonly registry: ProviderRegistry;
  readonly doorbell: Doorbell;
  readonly clock: Clock;
  readonly log: Logger;
  readonly readiness: AskReadiness;
  readonly budget: BudgetPolicy;
  readonly erasure: ErasurePolicy;
}

@Module({})
export class AdminApiModule {
  static with(parts: AdminApiParts): DynamicModule {
    return {
      module: AdminApiModule,
      // Imports stand before users: their path would otherwise read as one of a user named "import".
      controllers: [
        ImportsController,
        UsersController,
        LifecycleController,
        LegalHoldController,
        AssignmentController,
        ActivityController,
        EffectsController,
        ProvidersController,
        HoldsController,
        ErasuresController,
        PlansController,
        ReconciliationsController,
        FindingsController,
        WebhooksController,
        HealthController,
      ],
      providers: [
        UsersService,
        ReturnsService,
        ImportsService,
        ProvidersService,
        HoldsService,
        ErasuresService,
        PlansService,
        ReconciliationsService,
        FindingsService,
        ShownAccounts,
        WebhooksService,
        ProviderCalls,
        AccountDirectory,
        AccountLookService,
        ActivityService,
        EffectsService,
        DebtsService,
        Authenticator,
        { provide: APP_GUARD, useClass: KeyGuard },
        { provide: APP_PIPE, useClass: InputPipe },
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: ROSTER, useValue: parts.roster },
        { provide: REGISTRY, useValue: parts.registry },
        { provide: DOORBELL, useValue: parts.doorbell },
        { provide: CLOCK, useValue: parts.clock },
        { provide: LOGGER, useValue: parts.log },
        { provide: READINESS, useValue: parts.readiness },
        { provide: BUDGET, useValue: parts.budget },
        { provide: ERASURE, useValue: parts.erasure },
      ],
    };
  }
}

import type { PlanState } from '#domain';

/** There is no plan of this id. */
export class PlanNotFound extends Error {
  override readonly name = 'PlanNotFound';

  constructor() {
    super('there is no plan of this id');
  }
}

/** A plan stands where it cannot be decided, or applied, any more or not yet. */
export class PlanStateRefused extends Error {
  override readonly name = 'PlanStateRefused';

  constructor(
    readonly state: PlanState,
    needs: PlanState,
  ) {
    super(`this needs a plan that is ${needs}, and this one is ${state}`);
  }
}

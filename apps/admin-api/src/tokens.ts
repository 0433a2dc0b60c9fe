/** Injection tokens of the admin API. */
export const ROSTER = Symbol('roster');
export const DOORBELL = Symbol('doorbell');
export const REGISTRY = Symbol('registry');
export const CLOCK = Symbol('clock');
export const LOGGER = Symbol('logger');
export const READINESS = Symbol('readiness');
export const BUDGET = Symbol('budget');
export const ERASURE = Symbol('erasure');

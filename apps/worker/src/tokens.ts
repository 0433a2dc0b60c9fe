/** Injection tokens of the worker. */
export const ENGINE = Symbol('engine');
export const LOGGER = Symbol('logger');
export const TICK_MS = Symbol('tickMs');
export const READINESS = Symbol('readiness');

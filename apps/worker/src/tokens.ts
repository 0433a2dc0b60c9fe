/** Injection tokens of the worker. */
export const SETTINGS = Symbol('settings');
export const LOGGER = Symbol('logger');
export const DATABASE = Symbol('database');
export const ROSTER = Symbol('roster');
export const REGISTRY = Symbol('registry');
export const QUEUE = Symbol('queue');
export const ENGINE = Symbol('engine');

import process from 'node:process';
import type { Environment } from './settings.js';

/** The environment of this process, for its entry point; everything else is handed what was read from it. */
export function readEnvironment(): Environment {
  return process.env;
}

/** Environment variables, as children get them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Settings that are not passed on. The stack speaks to its simulators only: a further instance that is configured on
 * this machine would get made-up people. The rest is for this process or the simulators; the services refuse settings
 * that they do not know.
 */
const OURS_ALONE = ['ROLLCALL_PROVIDERS', 'ROLLCALL_SIMULATORS_PORT', 'NODE_OPTIONS'];

/** What the admin API and the worker are started with: the settings given, and what makes this stack one of its own. */
export function partEnvironment(given: Environment, own: Environment): Environment {
  const passedOn = Object.entries(given).filter(([name]) => !OURS_ALONE.includes(name));
  return { NODE_ENV: 'production', ...Object.fromEntries(passedOn), ...own };
}

/** A port that a setting pins, or `null`: then any free one. @throws Error when the setting is no port */
export function pinnedPort(given: Environment, setting: string): number | null {
  const text = given[setting];
  if (text === undefined || text === '' || text === '0') return null;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port <= 65_535) return port;
  throw new Error(`${setting} must be a port between 1 and 65535, or 0 for any free one`);
}

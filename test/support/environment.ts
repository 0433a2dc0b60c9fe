/** Settings of this project; a service refuses those of `ROLLCALL_` that are not its own. */
const OURS = /^(ROLLCALL_|VAULT_|SUNSHINE_|PASSAGE_|SENDAUTH_)|^(DATABASE_URL|REDIS_URL|NODE_OPTIONS)$/;

/**
 * The environment for a process that a test starts: what the machine needs (PATH and the like), nothing that the
 * runner or a developer has set for the tests, and what the test itself gives.
 */
export function cleanEnvironment(given: Readonly<Record<string, string>>): Record<string, string> {
  const inherited = Object.entries(process.env).filter(([name]) => !OURS.test(name));
  // The filter below leaves no undefined values; the type of entries does not know.
  return {
    ...(Object.fromEntries(inherited.filter(([, value]) => value !== undefined)) as Record<string, string>),
    ...given,
  };
}

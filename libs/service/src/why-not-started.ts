import { isDatabaseUnavailable } from '#store';

/** One sentence for whoever started it; a connection refused on every address of a name has no message of its own. */
export function whyNotStarted(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : error.name;
  const text = error.message === '' ? code : error.message;
  return isDatabaseUnavailable(error) ? `the database at DATABASE_URL cannot be used (${text})` : text;
}

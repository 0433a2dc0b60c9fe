/** Every figure, and what is set against what. */
export const TITLES = {
  B1: 'first sync: writes a second / the bare loop sending the same requests',
  B2: 'first sync: writes a second / a loop of SELECT, call, UPDATE',
  B3: 'first sync at 20 ms: calls a second / what the call slots allow',
  B4: 'first sync: mutating calls / people',
  B5: 'edits of 1 %: all calls / necessary calls',
  B6: 'sweep that finds nothing: mutating calls, rows written; time / the bare listing',
  B7: 'under a limit: calls a second / allowed; windows of a second above it',
  B8: 'time from an edit to the last provider; from a deactivation to the closed account under a backlog',
  B9: 'admin API: durable, audited writes a second / a bare loop of the same statements',
  B10: 'import: rows a second / a raw upsert by unnest',
  B11: 'a tick with nothing due: at a million links / at ten thousand',
  B12: 'peak memory: 100,000 links due / 1,000; a sweep of ten times as many people',
  B13: 'first sync: queue in Postgres / queue in Redis',
  B14: 'a thousand edits of one person without a pause: calls / edits; accounts that differ afterwards',
  B15: 'two workers at 20 ms: calls a second / one worker',
  B16: 'database bytes a user after the first sync; rows written by a sweep that finds nothing',
} as const;

export type FigureId = keyof typeof TITLES;

/** Whether a text names a figure. */
export function isFigureId(text: string): text is FigureId {
  return Object.hasOwn(TITLES, text);
}

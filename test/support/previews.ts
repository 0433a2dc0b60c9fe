import type { Mirror } from './mirror.js';
import { only } from './people.js';

/** Has a sweep look at the accounts of these users at one provider, and propose what is missing. @returns the id of the plan */
export async function propose(mirror: Mirror, slug: string, userIds: readonly string[]): Promise<string> {
  const run = only(await mirror.worker.sweep('preview', [slug], { userIds }));
  if (run.state !== 'complete') throw new Error(`the preview ended as ${run.state}: ${run.reason ?? ''}`);
  await mirror.worker.pass();
  return run.requestId;
}

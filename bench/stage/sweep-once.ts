import type { RunMode } from '#domain';
import { askForRuns, findRun, type Run } from '#store';
import type { Provider } from './simulators.js';
import type { Stage } from './stage.js';

const RUN_WITHIN_MS = 600_000;
/** The run says itself how long it took; asking more often takes from what is measured. */
const LOOK_EVERY_MS = 250;

/** Has a worker sweep one provider. @throws Error when the run does not come to its end */
export async function sweepOnce({ roster }: Stage, provider: Provider, mode: RunMode): Promise<Run> {
  const [asked] = await askForRuns(roster, {
    providers: [provider],
    mode,
    trigger: 'request',
    requestedBy: 'bench',
  });
  const endMs = Date.now() + RUN_WITHIN_MS;
  while (Date.now() < endMs) {
    const run = asked === undefined ? null : await findRun(roster, asked.id);
    if (run?.state === 'complete') return run;
    if (run?.state !== 'waiting' && run?.state !== 'running')
      throw new Error(
        `the sweep of ${provider} ended ${run?.state ?? 'before it began'}: ${run?.reason ?? ''}`,
      );
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error(`the sweep of ${provider} took longer than ${RUN_WITHIN_MS} ms`);
}

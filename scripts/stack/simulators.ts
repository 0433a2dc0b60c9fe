import { z } from 'zod';
import type { Environment } from './environment.js';
import { Part } from './part.js';
import type { Teardown } from './teardown.js';

const announcement = z.object({
  controlUrl: z.url(),
  environment: z.record(z.string(), z.string()),
});

/** Running simulators: where they are controlled, and the settings that point a client of ours at them. */
export interface Simulators {
  readonly part: Part;
  readonly controlUrl: string;
  readonly environment: Readonly<Record<string, string>>;
}

const ANNOUNCED_WITHIN_MS = 20_000;

/** @throws Error with the end of their log when they do not announce themselves */
export async function startSimulators(given: Environment, teardown: Teardown): Promise<Simulators> {
  const part = await Part.start({
    name: 'simulators',
    entry: 'apps/simulators/src/main.js',
    environment: given,
    announces: true,
  });
  await teardown.add(() => part.stop());
  const line = await part.announcement(ANNOUNCED_WITHIN_MS);
  return { part, ...announcement.parse(JSON.parse(line)) };
}

import { onFreePort, PortTaken } from '../services/free-port.js';
import { pinnedPort, type Environment } from './environment.js';
import { Part } from './part.js';
import { untilReady } from './ready.js';
import type { Teardown } from './teardown.js';

/** A part that serves HTTP. */
export interface ServingSpec {
  readonly name: string;
  readonly entry: string;
  readonly nodeFlags: readonly string[];
  /** The setting that says on which port it listens. */
  readonly portSetting: string;
  readonly environment: Environment;
}

const READY_WITHIN_MS = 30_000;

/**
 * Starts a part on the port that its setting pins, else on a free one, and waits until it is ready.
 * @returns its URL
 * @throws Error with the end of its log when it does not get there
 */
export async function startServing(
  spec: ServingSpec,
  teardown: Teardown,
): Promise<{ part: Part; url: string }> {
  const pinned = pinnedPort(spec.environment, spec.portSetting);
  const start = (port: number) => startOn(port, spec, teardown);
  return pinned === null ? onFreePort(start) : start(pinned);
}

async function startOn(
  port: number,
  spec: ServingSpec,
  teardown: Teardown,
): Promise<{ part: Part; url: string }> {
  const part = await Part.start({
    name: spec.name,
    entry: spec.entry,
    nodeFlags: spec.nodeFlags,
    environment: { ...spec.environment, [spec.portSetting]: String(port) },
  });
  await teardown.add(() => part.stop());
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilReady(part, `${url}/readyz`, READY_WITHIN_MS);
  } catch (error) {
    if (error instanceof Error && error.message.includes('EADDRINUSE')) {
      throw new PortTaken(`another process took port ${port}\n${error.message}`, { cause: error });
    }
    throw error;
  }
  return { part, url };
}

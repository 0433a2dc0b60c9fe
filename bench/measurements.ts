import { adminWrites } from './figures/admin-writes.js';
import { burst } from './figures/burst.js';
import { edits } from './figures/edits.js';
import { firstSync } from './figures/first-sync.js';
import { idleTick } from './figures/idle-tick.js';
import { imports } from './figures/imports.js';
import { memory } from './figures/memory.js';
import { noOpSweep } from './figures/no-op-sweep.js';
import { latency } from './figures/latency.js';
import { pace } from './figures/pace.js';
import { queues } from './figures/queues.js';
import { reaction } from './figures/reaction.js';
import { twoWorkers } from './figures/two-workers.js';
import type { Measurement } from './measurement.js';

/** Everything that is measured, in this order: those that can use the roster of the one before stand behind it. */
export const MEASUREMENTS: readonly Measurement[] = [
  firstSync,
  noOpSweep,
  edits,
  burst,
  adminWrites,
  reaction,
  imports,
  latency,
  twoWorkers,
  pace,
  idleTick,
  memory,
  queues,
];

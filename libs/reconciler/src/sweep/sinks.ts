import type { RunMode } from '#domain';
import type { SweepSink } from './comparison.js';
import { FindingSink } from './finding-sink.js';
import { MarkSink } from './mark-sink.js';
import { PlanSink } from './plan-sink.js';
import type { SinkGround } from './sweeping.js';

export type { SinkGround } from './sweeping.js';

/** Opens a sink for one run. */
export type OpenSink = (ground: SinkGround) => SweepSink;

/** Where what a run finds goes, by its mode; in order. */
export type SinksByMode = Readonly<Record<RunMode, readonly OpenSink[]>>;

const openFindingSink: OpenSink = (ground) => new FindingSink(ground);

/** A preview says what it found and what would be done about it, and touches nothing. */
export const SINKS: SinksByMode = {
  preview: [openFindingSink, (ground) => new PlanSink(ground)],
  apply: [openFindingSink, (ground) => new MarkSink(ground)],
};

import type { RunMode } from '#domain';
import type { SweepSink } from './comparison.js';
import { FindingSink } from './finding-sink.js';
import { MarkSink } from './mark-sink.js';
import type { SinkGround } from './sweeping.js';

export type { SinkGround } from './sweeping.js';

/** Opens a sink for one run. */
export type OpenSink = (ground: SinkGround) => SweepSink;

/** Where what a run finds goes, by its mode; in order. */
export type SinksByMode = Readonly<Record<RunMode, readonly OpenSink[]>>;

const openFindingSink: OpenSink = (ground) => new FindingSink(ground);

/** A preview says what it found and touches nothing; what else it is to do is added here. */
export const SINKS: SinksByMode = {
  preview: [openFindingSink],
  apply: [openFindingSink, (ground) => new MarkSink(ground)],
};

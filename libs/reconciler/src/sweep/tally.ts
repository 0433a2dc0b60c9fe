import type { RunCounts } from '#store';
import type { Comparison } from './comparison.js';

/** Counts what a run comes to: by situation, and of what drifted by what did. */
export class Tally {
  private readonly counts: Map<string, number>;

  constructor(before: RunCounts = {}) {
    this.counts = new Map(Object.entries(before));
  }

  add(name: string, howMany = 1): void {
    if (howMany > 0) this.counts.set(name, (this.counts.get(name) ?? 0) + howMany);
  }

  addAll(comparisons: readonly Comparison[]): void {
    for (const comparison of comparisons) {
      this.add(comparison.situation);
      if (comparison.situation !== 'drifted') continue;
      const { attributes, state, marker } = comparison.drift;
      if (attributes.length > 0) this.add('driftedAttributes');
      if (state !== null) this.add('driftedState');
      if (marker) this.add('driftedMarker');
    }
  }

  of(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  toCounts(): RunCounts {
    return Object.fromEntries(this.counts);
  }
}

import { LeftOut, type Figure, type Outcome, type Scale } from './figure.js';
import { endApps } from './stage/apps.js';
import type { Stage } from './stage/stage.js';
import type { FigureId } from './titles.js';

/** What is measured in one go. */
export interface Measurement {
  /** The figures that come of it. */
  readonly ids: readonly FigureId[];
  readonly measure: (stage: Stage, scale: Scale) => Promise<readonly Figure[]>;
}

/** Makes the measurements one after the other. One that fails says so in its figures, and the others go on. */
export async function makeAll(
  measurements: readonly Measurement[],
  stage: Stage,
  scale: Scale,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const measurement of measurements) outcomes.push(...(await make(measurement, stage, scale)));
  return outcomes;
}

/** The measurements that yield a figure which is asked for, and of those that figure alone. */
export function chosen(
  measurements: readonly Measurement[],
  only: ReadonlySet<FigureId> | null,
): readonly Measurement[] {
  if (only === null) return measurements;
  return measurements.flatMap(({ ids, measure }) => {
    const wanted = ids.filter((id) => only.has(id));
    return wanted.length === 0 ? [] : [{ ids: wanted, measure }];
  });
}

async function make({ ids, measure }: Measurement, stage: Stage, scale: Scale): Promise<Outcome[]> {
  stage.say(`measuring ${ids.join(', ')}`);
  try {
    const figures = await measure(stage, scale);
    return figures.filter(({ id }) => ids.includes(id)).map((figure) => ({ kind: 'measured', ...figure }));
  } catch (error) {
    if (stage.teardown.isClosing) throw error;
    const why = error instanceof Error ? error.message : String(error);
    const kind = error instanceof LeftOut ? 'leftOut' : 'failed';
    stage.say(`  ${kind === 'failed' ? 'failed' : 'left out'}: ${why}`);
    return ids.map((id) => ({ kind, id, why }));
  } finally {
    await endApps(stage);
  }
}

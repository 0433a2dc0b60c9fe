import { ordinaryPeople } from './ordinary.js';
import { seededDraw, type Draw } from './random.js';
import type { RosterRow } from './row.js';
import { sharingPeople } from './sharing.js';
import { unusualPeople } from './unusual.js';

const SEED = 20_260_116;
const ORDINARY = 1_160;

/** The example roster: mostly ordinary people, with the unusual ones strewn among them. The same on every call. */
export function exampleRoster(): RosterRow[] {
  const draw = seededDraw(SEED);
  return shuffle([...ordinaryPeople(ORDINARY, draw), ...unusualPeople(), ...sharingPeople()], draw);
}

/** Fisher and Yates. */
function shuffle<T>(items: readonly T[], draw: Draw): T[] {
  const left = [...items];
  return items.map(() => {
    const [taken] = left.splice(draw.below(left.length), 1);
    if (taken === undefined) throw new RangeError('drew from an empty list');
    return taken;
  });
}

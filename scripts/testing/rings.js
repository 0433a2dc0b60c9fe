/**
 * Every spec belongs to exactly one ring, by where it lies. test/README.md says what each ring is for.
 * @typedef {{ name: string, budgetSeconds: number, folder: string | null, match: readonly string[] }} Ring
 *   folder: where the ring lives; a ring whose folder is not there has nothing to run. `null`: all over the sources
 *   match: globs for Jest, which puts its root for `<rootDir>` at the very start only, not behind a `!`
 */

/** In the order of a whole run: the quickest answer first. @type {readonly Ring[]} */
export const RINGS = [
  {
    name: 'unit',
    budgetSeconds: 90,
    folder: null,
    match: [
      '<rootDir>/{apps,libs,scripts,bench,test}/**/*.spec.ts',
      '!**/*.contract.spec.ts',
      '!**/libs/store/**',
      '!**/test/{vendors,e2e,chaos,faults,scale}/**',
    ],
  },
  {
    name: 'contract',
    budgetSeconds: 120,
    folder: 'libs/identity-provider/contract',
    match: ['<rootDir>/{apps,libs,scripts,test}/**/*.contract.spec.ts'],
  },
  {
    name: 'store',
    budgetSeconds: 120,
    folder: 'libs/store',
    match: ['<rootDir>/libs/store/**/*.spec.ts', '!**/*.contract.spec.ts'],
  },
  ringOf('vendors', 60),
  ringOf('e2e', 180),
  ringOf('chaos', 300),
  ringOf('faults', 300),
  // By hand it may be more people, and takes so much longer.
  ringOf('scale', 60 * Math.max(1, Number(process.env['ROLLCALL_TEST_SCALE'] ?? 0) / 2_000)),
];

function ringOf(name, budgetSeconds) {
  const folder = `test/${name}`;
  return {
    name,
    budgetSeconds,
    folder,
    match: [`<rootDir>/${folder}/**/*.spec.ts`, '!**/*.contract.spec.ts'],
  };
}

/**
 * The last step of a run, which is no ring of tests: it holds what the simulators were asked in these rings, and what
 * they answered, against the official descriptions. @see ../specs/judge-recording.ts
 */
export const SPECS = { name: 'specs', budgetSeconds: 60, judges: ['contract', 'e2e'] };

/** How far a run may exceed the seconds of its rings together before it fails. */
export const TOLERANCE = 1.5;

/** @param {readonly Ring[]} rings */
export function budgetOf(rings) {
  return rings.reduce((sum, ring) => sum + ring.budgetSeconds, 0);
}

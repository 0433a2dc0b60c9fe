/** How many people the tests of scale work on. (Default: few enough for every run) */
export const PEOPLE_AT_SCALE = Number(process.env['ROLLCALL_TEST_SCALE'] ?? 2_000);

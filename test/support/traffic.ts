import { writeTraffic, type Witness } from '../../apps/simulators/src/index.js';

/**
 * Who writes down what the simulators of this process are asked, for the judgement that follows the rings. `undefined`
 * where nothing is to be judged, which is also how a spec runs by itself.
 */
export function trafficWitness(): Witness | undefined {
  const folder = process.env['ROLLCALL_TEST_TRAFFIC_DIR'] ?? '';
  return folder === '' ? undefined : writeTraffic(folder);
}

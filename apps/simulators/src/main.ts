import { startSimulators, writeTraffic } from './index.js';

/* eslint-disable no-restricted-properties -- stands outside Rollcall: its settings are not those of libs/config */
const port = Number(process.env['ROLLCALL_SIMULATORS_PORT'] ?? 0);
const trafficFolder = process.env['ROLLCALL_TEST_TRAFFIC_DIR'] ?? '';
/* eslint-enable no-restricted-properties */
const { controlUrl, urls, environment } = await startSimulators({
  controlPort: port,
  witness: trafficFolder === '' ? undefined : writeTraffic(trafficFolder),
});
process.stdout.write(`${JSON.stringify({ controlUrl, urls, environment })}\n`);

// At once: what is held lives in memory only, so there is nothing to finish.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));

import { partEnvironment, type Environment } from '../../scripts/stack/environment.js';
import { NODE_FLAGS } from '../../scripts/stack/node-flags.js';
import { startServing } from '../../scripts/stack/serving.js';
import type { App } from './app.js';
import type { Stage } from './stage.js';

/** Holds for every app: mass changes are what is measured, and nothing is swept by the clock meanwhile. */
const SETTINGS: Environment = {
  ROLLCALL_LOG_LEVEL: 'warn',
  ROLLCALL_SWEEP_CRON: 'never',
  ROLLCALL_BUDGET_SUSPEND: '0,100%',
  ROLLCALL_BUDGET_OVERWRITE: '0,100%',
  ROLLCALL_BUDGET_CREATE: '0,100%',
};

/** Starts an app as it is started in production, with these settings beside the stage's. */
export async function startApp(
  { environment, teardown, apps }: Pick<Stage, 'environment' | 'teardown' | 'apps'>,
  app: 'worker' | 'admin-api',
  settings: Environment = {},
): Promise<App> {
  const { part, url } = await startServing(
    {
      name: `bench-${app}`,
      entry: `apps/${app}/src/main.js`,
      nodeFlags: NODE_FLAGS[app],
      portSetting: app === 'worker' ? 'ROLLCALL_WORKER_PORT' : 'ROLLCALL_PORT',
      environment: partEnvironment({ PATH: '/usr/bin:/bin' }, { ...environment, ...SETTINGS, ...settings }),
    },
    teardown,
  );
  const started: App = {
    url,
    pid: part.pid,
    async stop() {
      apps.delete(started);
      await part.stop();
    },
  };
  apps.add(started);
  return started;
}

/** Ends every app that still runs. */
export async function endApps({ apps }: Pick<Stage, 'apps'>): Promise<void> {
  for (const app of [...apps]) await app.stop();
}

import { setUp } from './setup.js';

/** The apps, and what each cannot start without. */
const APPS = { 'admin-api': ['DATABASE_URL'], worker: ['DATABASE_URL'], simulators: [] };

const [app] = process.argv.slice(2);
if (!(app in APPS)) {
  process.stderr.write(`no such app: ${app}; there are ${Object.keys(APPS).join(', ')}\n`);
  process.exit(2);
}
const missing = APPS[app].filter((name) => !process.env[name]);
if (missing.length > 0) {
  process.stderr.write(`${missing.join(', ')} is not set, and the ${app} does not start without it\n`);
  process.exit(2);
}

await setUp();
// In this process, so that signals reach the app itself.
await import(`../dist/apps/${app}/src/main.js`);

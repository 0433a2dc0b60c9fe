import { writeFile } from 'node:fs/promises';
import { writeRoster } from './roster/csv.js';
import { exampleRoster } from './roster/generate.js';

// Run from the top of the checkout: npx swc scripts -d dist && node dist/scripts/make-roster.js
await writeFile('examples/roster.csv', writeRoster(exampleRoster()));

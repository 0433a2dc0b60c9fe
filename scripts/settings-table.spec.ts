import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { settingsTable } from './settings-table.js';

describe('the README', () => {
  it('shows every setting with its default and meaning, as they are declared', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
    expect(readme).toContain(settingsTable());
  });

  it('calls a setting without which nothing starts required', () => {
    expect(settingsTable()).toMatch(/^\| `DATABASE_URL` +\| required /m);
  });
});

import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { semanticsTable, transitionsTable } from './semantics-table.js';

describe('the page about the lifecycle', () => {
  it('shows every move and every cell as the code has them', async () => {
    const page = await readFile(new URL('../docs/lifecycle.md', import.meta.url), 'utf8');
    expect(page).toContain(transitionsTable());
    expect(page).toContain(semanticsTable());
  });

  it('shows what a policy may not ask for, beside what it may', () => {
    const rows = semanticsTable().split('\n');
    expect(rows.filter((row) => /\| `deleted` +\| `gone` .*\| none +\| refused /.test(row))).toHaveLength(4);
    expect(rows.filter((row) => row.includes('| by setting '))).toHaveLength(6);
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Capabilities, Mapping } from '#identity-provider';
import { passageCapabilities, passageMapping } from '#providers/passage';
import { sendauthCapabilities, sendauthMapping } from '#providers/sendauth';
import { sunshineCapabilities, sunshineMapping } from '#providers/sunshine';
import { vaultCapabilities, vaultMapping } from '#providers/vault';
import { PROVIDER_FACTORIES } from './factories.js';
import { PROVIDER_KINDS } from './registry.js';

type Kind = (typeof PROVIDER_KINDS)[number];

/** What a deployment has that sets nothing but what is required. */
const DEFAULTS: Readonly<Record<Kind, { readonly mapping: Mapping; readonly capabilities: Capabilities }>> = {
  vault: { mapping: vaultMapping, capabilities: vaultCapabilities },
  sunshine: { mapping: sunshineMapping([]), capabilities: sunshineCapabilities(sunshineMapping([])) },
  passage: { mapping: passageMapping([]), capabilities: passageCapabilities(passageMapping([])) },
  sendauth: { mapping: sendauthMapping({ padNames: false }), capabilities: sendauthCapabilities },
};

const PAGES = new URL('../../../docs/providers/', import.meta.url);

function pageOf(name: string): string {
  return readFileSync(new URL(`${name}.md`, PAGES), 'utf8');
}

/** The lines of tables, as what stands between backquotes in them. */
function rowsOf(page: string): string[][] {
  const rows = page.split('\n').filter((line) => line.startsWith('|'));
  return rows.map((row) => Array.from(row.matchAll(/`([^`]+)`/g), ([, name]) => name ?? ''));
}

describe.each(PROVIDER_KINDS)('the page of %s', (kind) => {
  const page = pageOf(kind);
  const { mapping, capabilities } = DEFAULTS[kind];

  it('has a row for every attribute that is mirrored, with its place there', () => {
    const rows = rowsOf(page);
    const told = mapping.lines.filter(({ from, to }) =>
      rows.some((row) => row.includes(from) && row.includes(to)),
    );
    expect(told).toEqual(mapping.lines);
  });

  it('names every setting', () => {
    const factory = PROVIDER_FACTORIES.find((each) => each.kind === kind);
    const { required = [], optional = [] } = factory?.settingNames ?? {};
    const names = [...required, ...optional, 'CALLS_PER_SECOND', 'ON_DEACTIVATED', 'ON_DELETED'].map(
      (name) => `${kind.toUpperCase()}_${name}`,
    );
    const rows = rowsOf(page);
    expect(names.filter((name) => !rows.some((row) => row[0] === name))).toEqual([]);
    expect(required).not.toEqual([]);
  });

  it('says what every status means there, and what a purge loses', () => {
    const told = [...Object.keys(capabilities.lowering), ...capabilities.purge.loses];
    // As whole words: a page that speaks of `deactivated` alone has not spoken of `active`.
    const missing = told.filter((word) => !new RegExp(`\\b${word}\\b`, 'i').test(page));
    expect(missing).toEqual([]);
  });

  it('is linked from the list of pages', () => {
    expect(pageOf('README')).toContain(`(${kind}.md)`);
  });
});

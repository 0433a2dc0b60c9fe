import { SETTINGS, type SettingLine } from '#config';
import { markdownTable } from './markdown-table.js';

/** The settings as the README shows them: one row each, in the order in which they are declared. */
export function settingsTable(settings: readonly SettingLine[] = SETTINGS): string {
  const rows = settings.map(({ name, meaning, ...line }) => [`\`${name}\``, defaultOf(line), meaning]);
  return markdownTable([['setting', 'default', 'meaning'], ...rows]);
}

function defaultOf(line: Pick<SettingLine, 'default' | 'required'>): string {
  if (line.required) return 'required';
  return line.default === null ? '' : `\`${line.default}\``;
}

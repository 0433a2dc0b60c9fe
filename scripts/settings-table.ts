import { SETTINGS, type SettingLine } from '#config';

/** The settings as the README shows them: one row each, in the order in which they are declared. */
export function settingsTable(settings: readonly SettingLine[] = SETTINGS): string {
  const rows = settings.map(({ name, meaning, ...line }) => [`\`${name}\``, defaultOf(line), meaning]);
  return table([['setting', 'default', 'meaning'], ...rows]);
}

function defaultOf(line: Pick<SettingLine, 'default' | 'required'>): string {
  if (line.required) return 'required';
  return line.default === null ? '' : `\`${line.default}\``;
}

/** Markdown as Prettier writes it: columns as wide as their widest cell. */
function table(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(3, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [first = '', ...rest] = rows.map(line);
  return [first, line(widths.map((width) => '-'.repeat(width))), ...rest].join('\n');
}

/** Values of `{name:Type}` parameters as ClickHouse reads them from `param_<name>`: top level escaped as in TabSeparated. */

import type { Parameters } from './database.ts';

/**
 * Gives each value the text ClickHouse parses back to it, keyed by name. Takes strings, finite numbers, bigints, booleans, null
 * and arrays of them; throws `TypeError` on anything else. See https://clickhouse.com/docs/interfaces/http#cli-queries-with-parameters
 */
export function formatParameters(params: Parameters): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(params)) {
    if (!/^[A-Za-z_]\w*$/.test(name)) throw new TypeError(`"${name}" is no name for a parameter`);
    texts[name] = formatTopLevel(name, value);
  }
  return texts;
}

/** A string as an SQL literal. */
export function sqlString(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

function formatTopLevel(name: string, value: unknown): string {
  if (typeof value === 'string') return escapeTabSeparated(value);
  if (value === null) return '\\N';
  return formatNested(name, value);
}

function formatNested(name: string, value: unknown): string {
  if (typeof value === 'string') return sqlString(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'bigint' || Number.isFinite(value)) return String(value);
  if (value === null) return 'NULL';
  if (Array.isArray(value)) return `[${value.map((item) => formatNested(name, item)).join(',')}]`;
  throw new TypeError(`parameter "${name}" is neither text, a number, a truth value nor a list of them`);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\0': '\\0',
};

function escapeTabSeparated(text: string): string {
  return text.replace(/[\\\t\n\r\0]/g, (character) => ESCAPES[character]!);
}

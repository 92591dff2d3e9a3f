import type { LogFormat, ReaderOptions } from './log-format.ts';

/**
 * Whether lines of the format have the CDN's country and no client's address (`pypi`): their country is the log's or none, whatever
 * is asked for. `keys` are those of `json`.
 */
export function hasCountryOnly({ name, fields }: LogFormat, keys: ReaderOptions['keys'] = {}): boolean {
  const uses: readonly string[] = name === 'json' ? Object.keys(keys) : Object.values(fields);
  return uses.includes('country') && !uses.includes('address');
}

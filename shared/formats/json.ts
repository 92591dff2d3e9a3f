import { openJson } from './json-format.ts';
import type { FieldUse, LineReader, LogFormat, ReaderOptions } from './log-format.ts';

/**
 * Any NDJSON, with a key map from the configuration (`{ time: 'ts', path: 'req.url', status: 'res.code' }`); time and
 * path are a must. Never detected, since only the operator knows what the keys mean.
 */
export const json: LogFormat = {
  name: 'json',
  description:
    'Any NDJSON, its keys named in the configuration; without a key for them, method GET and status 200.',
  sample:
    '{"ts":"2024-01-16T23:56:42Z","peer":"192.0.2.1","req":{"url":"/files/demo/demo-1.0.zip","verb":"GET"},"code":200}',
  fields: {
    '(time)': 'time',
    '(path)': 'path',
    '(address)': 'address',
    '(userAgent)': 'userAgent',
    '(host)': 'host',
    '(country)': 'country',
    '(method)': 'method',
    '(status)': 'status',
    '(range)': 'range',
    '(forwarded)': 'forwarded',
    '(internal)': 'internal',
    '(edge)': 'edge',
    '(any other key)': 'stepped-over',
  },
  stateful: false,
  open: openWithKeys,
};

function openWithKeys(options: ReaderOptions): LineReader {
  const { keys = {} } = options;
  if (!keys.time || !keys.path)
    throw new Error('format json: the configuration must name the keys of time and path');
  const uses = Object.entries(keys) as [FieldUse, string][];
  const useless = uses.find(([use]) => use === 'stepped-over' || !Object.values(json.fields).includes(use));
  if (useless) throw new Error(`format json: ${useless[0]} is no field that can have a key`);
  return openJson({ fields: Object.fromEntries(uses.map(([use, key]) => [key, use])) }, options);
}

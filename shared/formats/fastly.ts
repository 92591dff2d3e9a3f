import { type JsonShape, openJson } from './json-format.ts';
import type { FieldUse, LogFormat } from './log-format.ts';

// `fastly_is_edge` is false on the copy that a shield node logs of the same request. `geo_country` is a name in
// Fastly's own template ("united states"), so only keys that say they hold a code are believed.
const fields: Readonly<Record<string, FieldUse>> = {
  timestamp: 'time',
  date_time: 'time',
  client_ip: 'address',
  ip: 'address',
  url: 'path',
  request_method: 'method',
  method: 'method',
  response_status: 'status',
  status: 'status',
  request_user_agent: 'userAgent',
  'http.useragent': 'userAgent',
  user_agent: 'userAgent',
  host: 'host',
  geo_country_code: 'country',
  country_code: 'country',
  request_range: 'range',
  range: 'range',
  fastly_is_edge: 'edge',
  version: 'version',
  request_x_forwarded_for: 'forwarded',
  x_forwarded_for: 'forwarded',
  request_referer: 'stepped-over',
  geo_country: 'stepped-over',
  geo_city: 'stepped-over',
  fastly_server: 'stepped-over',
};

const shape: JsonShape = { fields, syslog: true };

/**
 * Fastly's JSON, alone or behind its syslog prefix: the keys of its documented template and those of crates.io.
 * https://www.fastly.com/documentation/guides/integrations/logging/useful-log-formats/
 */
export const fastly: LogFormat = {
  name: 'fastly',
  description: 'Fastly JSON, alone or behind a syslog prefix: flat keys, or those of crates.io.',
  sample:
    '<134>2024-01-16T23:53:20Z cache-iad-kiad7000128 s3-request-logs[322614]: {"date_time":"2024-01-16T23:53:20.46Z",' +
    '"ip":"192.0.2.1","method":"GET","status":200,"url":"https://static.example.org/crates/demo/demo-1.0.0.crate",' +
    '"http":{"useragent":"cargo/1.74.0"},"version":"1"}',
  fields,
  stateful: false,
  open: (options) => openJson(shape, options),
};

import { type JsonShape, openJson } from './json-format.ts';
import type { FieldUse, LogFormat } from './log-format.ts';

const fields: Readonly<Record<string, FieldUse>> = {
  EdgeStartTimestamp: 'time',
  ClientIP: 'address',
  ClientRequestURI: 'path',
  ClientRequestPath: 'path',
  ClientRequestMethod: 'method',
  EdgeResponseStatus: 'status',
  ClientRequestUserAgent: 'userAgent',
  ClientRequestHost: 'host',
  ClientCountry: 'country',
  WorkerSubrequest: 'internal',
  'RequestHeaders.range': 'range',
  'RequestHeaders.x-forwarded-for': 'forwarded',
  ClientRequestReferer: 'stepped-over',
  ClientSrcPort: 'stepped-over',
  ClientSSLCipher: 'stepped-over',
  EdgeColoCode: 'stepped-over',
  RayID: 'stepped-over',
};

const shape: JsonShape = { fields };

/**
 * Cloudflare's Logpush as NDJSON. `EdgeStartTimestamp` is RFC 3339, seconds or nanoseconds, as the job is set up.
 * https://developers.cloudflare.com/logs/logpush/logpush-job/datasets/zone/http_requests/
 */
export const cloudflare: LogFormat = {
  name: 'cloudflare',
  description: 'Cloudflare Logpush HTTP requests in NDJSON.',
  sample:
    '{"ClientIP":"192.0.2.1","ClientRequestHost":"example.org","ClientRequestMethod":"GET",' +
    '"ClientRequestURI":"/demo/-/demo-1.0.0.tgz","ClientRequestUserAgent":"npm/10.2.4 node/v20.11.0 linux x64",' +
    '"ClientCountry":"de","EdgeResponseStatus":200,"EdgeStartTimestamp":1705449402123456789,"WorkerSubrequest":false}',
  fields,
  stateful: false,
  open: (options) => openJson(shape, options),
};

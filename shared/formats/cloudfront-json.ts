import { type JsonShape, openJson } from './json-format.ts';
import type { FieldUse, LogFormat } from './log-format.ts';

const fields: Readonly<Record<string, FieldUse>> = {
  date: 'time',
  timestamp: 'time',
  'timestamp(ms)': 'time',
  'c-ip': 'address',
  'cs-method': 'method',
  'x-host-header': 'host',
  'cs(Host)': 'host',
  'cs-uri-stem': 'path',
  'sc-status': 'status',
  'cs(User-Agent)': 'userAgent',
  'c-country': 'country',
  'sc-range-start': 'range',
  'x-forwarded-for': 'forwarded',
  time: 'stepped-over',
  'cs(Referer)': 'stepped-over',
  'cs-uri-query': 'stepped-over',
  'cs(Cookie)': 'stepped-over',
  'x-edge-location': 'stepped-over',
  'x-edge-request-id': 'stepped-over',
  'ssl-protocol': 'stepped-over',
  'ssl-cipher': 'stepped-over',
  'c-port': 'stepped-over',
};

const shape: JsonShape = { fields, path: 'percent2', userAgent: 'percent' };

/**
 * CloudFront's standard logs v2 as JSON: the names of the tab-separated log, all values strings, percent-encoded as
 * there. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
 */
export const cloudfrontJson: LogFormat = {
  name: 'cloudfront-json',
  description: 'CloudFront standard logs v2 in JSON.',
  sample:
    '{"date":"2024-01-16","time":"23:56:42","x-edge-location":"CMH68-P2","c-ip":"192.0.2.1","cs-method":"GET",' +
    '"cs(Host)":"d111111abcdef8.cloudfront.net","cs-uri-stem":"/crates/demo/demo-1.0.0.crate","sc-status":"200",' +
    '"cs(User-Agent)":"cargo%201.74.0","x-host-header":"static.example.org","c-country":"DE"}',
  fields,
  stateful: false,
  open: (options) => openJson(shape, options),
};

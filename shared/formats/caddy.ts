import { type JsonShape, openJson } from './json-format.ts';
import type { FieldUse, LogFormat } from './log-format.ts';

// `client_ip` is the address behind trusted proxies (Caddy 2.7); `remote_addr` is Caddy's before 2.5, with a port.
const fields: Readonly<Record<string, FieldUse>> = {
  ts: 'time',
  'request.client_ip': 'address',
  'request.remote_ip': 'address',
  'request.remote_addr': 'address',
  'request.method': 'method',
  'request.host': 'host',
  'request.uri': 'path',
  status: 'status',
  'request.headers.User-Agent': 'userAgent',
  'request.headers.Range': 'range',
  'request.headers.X-Forwarded-For': 'forwarded',
  user_id: 'stepped-over',
  'request.remote_port': 'stepped-over',
  'request.headers.Referer': 'stepped-over',
  'request.headers.Cookie': 'stepped-over',
  'request.tls': 'stepped-over',
  resp_headers: 'stepped-over',
};

const shape: JsonShape = { fields };

/** Caddy's access log. https://caddyserver.com/docs/caddyfile/directives/log */
export const caddy: LogFormat = {
  name: 'caddy',
  description: 'Caddy JSON access log.',
  sample:
    '{"level":"info","ts":1705449402.5241024,"logger":"http.log.access","msg":"handled request","request":' +
    '{"remote_ip":"192.0.2.1","remote_port":"41342","client_ip":"192.0.2.1","proto":"HTTP/2.0","method":"GET",' +
    '"host":"example.org","uri":"/gems/demo-1.0.0.gem","headers":{"User-Agent":["bundler/2.5.3"]}},"status":200}',
  fields,
  stateful: false,
  open: (options) => openJson(shape, options),
};

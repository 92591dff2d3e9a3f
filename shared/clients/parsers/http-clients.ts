import { byProduct } from '../by-product.ts';

/**
 * General HTTP clients: `curl/8.4.0`, `Wget/1.21.4`, `python-requests/2.31.0`, `okhttp/4.12.0`. People, scripts and
 * installers use them and they do not say which, so they are `unknown` and stay in headline downloads.
 */
export const httpClients = byProduct('http-clients', {
  'python-requests': { class: 'unknown', installer: 'requests', runtime: 'python' },
  curl: { class: 'unknown', installer: 'curl' },
  wget: { class: 'unknown', installer: 'wget' },
  aiohttp: { class: 'unknown' },
  'apache ant': { class: 'unknown' },
  'apache-httpclient': { class: 'unknown', runtime: 'java' },
  aria2: { class: 'unknown' },
  axios: { class: 'unknown' },
  dart: { class: 'unknown' },
  faraday: { class: 'unknown' },
  got: { class: 'unknown' },
  guzzlehttp: { class: 'unknown' },
  java: { class: 'unknown', runtime: 'java' },
  'java-http-client': { class: 'unknown', runtime: 'java' },
  'libwww-perl': { class: 'unknown' },
  lwp: { class: 'unknown' },
  'node-fetch': { class: 'unknown' },
  okhttp: { class: 'unknown' },
  postmanruntime: { class: 'unknown' },
  python: { class: 'unknown', runtime: 'python' },
  'python-httpx': { class: 'unknown' },
  'python-urllib3': { class: 'unknown' },
  reqwest: { class: 'unknown' },
  ruby: { class: 'unknown', runtime: 'ruby' },
  undici: { class: 'unknown' },
});

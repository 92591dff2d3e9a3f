/**
 * Whether a user agent calls itself a crawler, a monitor, a link previewer or a feed fetcher. `product` is its
 * leading name in lower case. A general HTTP client (curl, python-requests) is not one: people install with it.
 *
 * `Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)`, `msnbot-media/1.1 (+http://…)`,
 * `SAMSUNG-SGH-E250/1.0 … (compatible; Googlebot-Mobile/2.1; …)`
 */
export function isBot(text: string, product: string): boolean {
  if (bots.has(product) || selfNamed.test(product)) return true;
  // A crawler that looks like a browser names itself within, or gives a page about itself.
  if (product === 'mozilla') return selfNamed.test(text) || hiddenBot.test(text);
  return disguised.test(text);
}

/** `googlebot`, `bytespider`, `magpie-crawler`; not the phones of Cubot. */
const selfNamed = /(?<!cu)bot(?![a-z])|spider(?![a-z])|crawler(?![a-z])|^nutch/i;
const hiddenBot =
  /\+https?:\/\/|\b(?:Slurp|Nutch|facebookexternalhit|Google-InspectionTool|Chrome-Lighthouse|Site24x7|StatusCake|Datadog|GTmetrix|ChatGPT-User|Perplexity-User|Google-Read-Aloud|Mediapartners-Google)\b/;
const disguised = /\(compatible; [\w-]{0,40}(?:bot|spider|crawler)(?![a-z])/i;

/** Those whose name does not say it. */
const bots: ReadonlySet<string> = new Set([
  'adsbot-google',
  'awsbrewlinkchecker',
  'blackbox exporter',
  'check_http',
  'datadog agent',
  'digg feed fetcher',
  'elb-healthchecker',
  'embedly',
  'facebookexternalhit',
  'feedbin',
  'feedburner',
  'feedfetcher-google',
  'feedly',
  'google-cloud-scheduler',
  'google-inspectiontool',
  'googlehc',
  'grafana',
  'ia_archiver',
  'kube-probe',
  'linkchecker',
  'ltx71',
  'mediapartners-google',
  'meta-externalagent',
  'newrelicpinger',
  'prometheus',
  'repology-linkchecker',
  'scrapy',
  'slackbot-linkexpanding',
  'statuscake',
  'tiny tiny rss',
  'universalfeedparser',
  'uptime-kuma',
  'w3c-checklink',
  'w3c_validator',
  'whatsapp',
]);

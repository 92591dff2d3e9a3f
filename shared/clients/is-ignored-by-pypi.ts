/**
 * Whether PyPI leaves this user agent's downloads out: the rule sets `pypi-*` do (`clients: 'not-ignored'`).
 * The facts are those of the ignore list of PyPI's linehaul (pypi/linehaul-cloud-function, `linehaul/ua/parser.py`,
 * `tests/unit/ua/fixtures/ignored.yml`), upper and lower case as there. One that PyPI merely does not know counts.
 */
export function isIgnoredByPypi(userAgent: string): boolean {
  return ignored.some((pattern) => pattern.test(userAgent));
}

const ignored: readonly RegExp[] = [
  /^\(null\)$/,
  /^(?:Ruby|Download Master|GNU Guile|github-olee|YisouSpider|ansible-httpget|NSIS_Inetc \(Mozilla\)|inspector\.pypi\.io)$/,
  /^(?:Datadog Agent|WordPress|Chef (?:Client|Knife)|TextualInlineMedia|WeeChat|Java|Go-http-client|Apache Ant)\//,
  /^(?:Salt|Scrapy|spectool|AWSBrewLinkChecker|Y!J-ASR)\//,
  /^(?:Slackbot-LinkExpanding|Debian uscan|ltx71 - \(http:\/\/ltx71.com\/\))/,
  /^Go \d\.\d package http$/,
  /^Pingdom\.com_bot_version_\d+\.\d+_\(https?:\/\/www.pingdom.com\/\)$/,
  /^MauiBot \(crawler\.feedback\+dc@gmail\.com\)$/,
  // Anywhere, but PyPI asks its parsers first: what looks like a browser has been counted as one by then.
  /^(?!Mozilla\/).*Nutch/s,
];

import { describe, expect, test } from 'vitest';
import { isIgnoredByPypi } from '../../shared/clients/is-ignored-by-pypi.ts';
import { clientFixtures } from './client-fixtures.ts';

describe('isIgnoredByPypi', () => {
  test.each([
    '(null)',
    'Ruby',
    'Java/1.8.0_392',
    'Go-http-client/1.1',
    'Go 1.1 package http',
    'Datadog Agent/7.49.0',
    'WordPress/6.4; https://example.org',
    'Chef Client/10.18.2 (ruby-1.9.3-p327)',
    'Chef Knife/12.0',
    'Slackbot-LinkExpanding 1.0',
    'ltx71 - (http://ltx71.com/)',
    'Debian uscan 2.23.4',
    'Scrapy/2.11.0',
    'nutch-1.4/Nutch-1.4',
    'Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)',
    'MauiBot (crawler.feedback+dc@gmail.com)',
    'inspector.pypi.io',
  ])('leaves out %s', (userAgent) => expect(isIgnoredByPypi(userAgent)).toBe(true));

  test.each([
    '',
    'null',
    'Ruby, RubyGems/2.4.5',
    'JavaScript/1.0',
    'Mozilla/5.0 (compatible; Nutch/1.0)',
    'go-http-client/1.1',
    'This is a User Agent! However we have no idea what kind it is.',
  ])('counts %j', (userAgent) => expect(isIgnoredByPypi(userAgent)).toBe(false));

  test.each(['pip', 'uv', 'poetry', 'setuptools', 'conda', 'mirrors', 'repository-managers', 'browsers'])(
    'counts all of %s',
    (parser) => {
      const rows = clientFixtures.get(parser)!;
      expect(rows.filter(({ userAgent }) => isIgnoredByPypi(userAgent))).toEqual([]);
    },
  );
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { html } from '../../services/api/dashboard/html.ts';
import { lineChart } from '../../services/api/dashboard/line-chart.ts';
import { type ServedStore, serveTestStore } from './serve-test-store.ts';

let served: ServedStore;
beforeAll(async () => {
  served = await serveTestStore();
});
afterAll(() => served[Symbol.asyncDispose]());

const page = async (url: string) => {
  const answer = await served.app.inject({ url });
  expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
  return answer;
};

describe('pages', () => {
  const pages = [
    '/',
    '/?q=zope',
    '/?q=nothing-like-it',
    '/projects/zope-interface',
    '/projects/nope',
    '/?registry=npm',
  ];

  test.each(pages)('%s is whole without a script and names whose country data it is', async (url) => {
    const { body, headers } = await page(url);
    expect(body).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(body).toMatch(/<title>[^<]+<\/title>/);
    expect(body.match(/<h1>/g)).toHaveLength(1);
    expect(body).not.toMatch(/<script|javascript:|\son\w+="|undefined|NaN|\[object/);
    expect(body).toContain('<a href="https://db-ip.com">');
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/);
    for (const [, target] of body.matchAll(/(?:href|src|action)="([^"#][^"]*)"/g))
      expect(target).toMatch(/^(\/|https:\/\/db-ip\.com$)/);
  });

  test('every link leads somewhere', async () => {
    const { body } = await page('/projects/zope-interface');
    const front = await page('/?registry=npm');
    const links = [...(body + front.body).matchAll(/href="(\/[^"]*)"/g)].map(([, link]) =>
      link!.replaceAll('&amp;', '&'),
    );
    expect(links.length).toBeGreaterThan(8);
    for (const url of new Set(links))
      expect([url, (await served.app.inject({ url })).statusCode]).toEqual([url, 200]);
  });

  test('a project’s page shows its countries, what is unattributed, and the profile', async () => {
    const { body } = await page('/projects/Zope.Interface');
    expect(body).toMatch(/Germany<.*?<td class="number">10<\/td><td class="number">40\.0%/s);
    expect(body).toMatch(/Unattributed<\/th>.*?<td class="number">5<\/td>/s);
    expect(body).toContain('profile <code>exact</code>');
    expect(body).toContain('/v1/projects/zope-interface/countries.csv?from=2026-02-08&amp;to=2026-03-07');
  });

  test('a project without published cells says what is missing', async () => {
    const { body } = await page('/registries/npm/projects/@scope%2Fpkg');
    expect(body).toContain('No countries are published yet');
    expect(body).toContain('/v1/registries/npm/projects/%40scope%2Fpkg/downloads.csv');
  });

  test('an unknown project is a page with status 404, and does not repeat the name', async () => {
    const { statusCode, body } = await page('/projects/%3Cb%3Enope');
    expect(statusCode).toBe(404);
    expect(body).not.toContain('nope');
  });

  test('a page is kept like an answer', async () => {
    const { headers } = await page('/projects/zope-interface');
    served.statements();
    const again = await served.app.inject({
      url: '/projects/zope-interface',
      headers: { 'if-none-match': String(headers.etag) },
    });
    expect([again.statusCode, served.statements()]).toEqual([304, 0]);
  });
});

test('whatever is put into a page is escaped', async () => {
  expect(html`<a title="${`"><script>'&`}">`.text).toBe('<a title="&quot;&gt;&lt;script&gt;&#39;&amp;">');
  const { body } = await page(`/?q=${encodeURIComponent('"><script>alert(1)</script>')}`);
  expect(body).not.toContain('<script>');
});

test('a chart has gaps where nothing is counted, a dot for a lonely day, and draws nothing without numbers', () => {
  const points = [3, null, 5, 7].map((downloads, at) => ({
    date: 20_000 + at,
    downloads,
    provisional: at === 3,
  }));
  const drawn = lineChart(points).text;
  expect(drawn.match(/class="line"/g)).toHaveLength(1);
  expect(drawn.match(/class="dot"/g)).toHaveLength(1);
  expect(drawn).toContain('at most 7 on');
  const empty = lineChart([{ date: 20_000, downloads: null, provisional: false }]).text;
  expect(empty).toContain('No downloads counted yet');
  expect(empty).not.toMatch(/NaN|Infinity/);
});

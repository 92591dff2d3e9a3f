import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { crates } from '../../shared/layouts/crates.ts';
import { files } from '../../shared/layouts/files.ts';
import { hex } from '../../shared/layouts/hex.ts';
import type { Layout } from '../../shared/layouts/layout.ts';
import { pypi } from '../../shared/layouts/pypi.ts';
import { rubygems } from '../../shared/layouts/rubygems.ts';
import { sharedData } from '../shared-data.ts';
import { voteOn } from './vote-on.ts';

/** Other projects' own test data, where its layout's answers are known. */
describe.skipIf(sharedData.missing)(sharedData.title('known answers'), () => {
  test("PyPI's own download line names the project, version and type that its path does", () => {
    const events = readEvents();
    expect(events.length).toBeGreaterThan(0);
    for (const { url, file } of events) {
      expect(pypi.match(url)).toEqual({
        kind: 'artifact',
        project: file.project,
        version: file.version,
        fileType: file.type,
        file: file.filename,
      });
    }
  });

  test.each([
    { file: 'cloudfront/basic.log', artifacts: 20, versions: 18 },
    { file: 'cloudfront/percent-encoding.log', artifacts: 3, versions: 1 },
    { file: 'cloudfront/unrelated-traffic.log', artifacts: 4, versions: 2 },
    { file: 'fastly/basic.log', artifacts: 23, versions: 21 },
    { file: 'fastly/percent-encoding.log', artifacts: 2, versions: 1 },
    { file: 'fastly/unrelated-traffic.log', artifacts: 4, versions: 1 },
  ])(
    'crates.io $file has $artifacts artifact paths of $versions versions',
    ({ file, artifacts, versions }) => {
      const paths = cratePaths(readFileSync(sharedData.path(`crates-io/${file}`), 'utf8'));
      expect(voteOn(paths)).toEqual({ layout: crates });
      const found = versionsOf(crates, paths);
      expect(found.length).toBe(artifacts);
      expect(new Set(found).size).toBe(versions);
    },
  );

  test("RubyGems' log names bundler, json and a gem that is not there", () => {
    const log = readFileSync(sharedData.path('rubygems/fastly-fake.log'), 'utf8');
    const paths = log.match(/\/production\S+/g) ?? [];
    expect(voteOn(paths)).toEqual({ layout: rubygems });
    expect(tableOf(versionsOf(rubygems, paths))).toEqual({
      'bundler 1.10.6': 2,
      'json 1.8.2': 5,
      'json 1.8.3': 3,
      'no-such-gem 1.2.3': 1,
    });
  });

  test("hex' log names each package once its placeholders are filled", () => {
    const log = readFileSync(sharedData.path('hex/fastly_logs_1.txt'), 'utf8');
    const filled = log.replaceAll(/\{(package|repository)(\d)\}/g, '$1$2');
    const paths = [...filled.matchAll(/GET (\S+)" 200/g)].map((found) => found[1]);
    expect(tableOf(versionsOf(hex, paths))).toEqual({
      'package1 0.0.1': 3,
      'package1 0.0.2': 2,
      'package2 0.0.2': 1,
      'package4 0.0.1': 1,
      'repository1/package4 0.0.1': 1,
    });
  });

  test("a maintainer's host serves as many files as its log has lines of one", () => {
    const log = gunzipSync(readFileSync(sharedData.path('semicomplete/access.log.gz'))).toString('latin1');
    // As awk would: the seventh word is the URL, the ninth the status.
    const words = log
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' '));
    const served = words.filter((line) => line[8] === '200').map((line) => line[6].replace(/\?.*/, ''));
    const oracle = served.filter(
      (path) => path.startsWith('/files/') && /^[^/]+\/[^/]+$/.test(path.slice('/files/'.length)),
    );
    expect(words.length).toBe(10_000);
    expect(oracle.length).toBeGreaterThan(50);
    expect(served.filter((path) => files.match(path).kind === 'artifact')).toEqual(oracle);
    expect(voteOn(served)).toEqual({ layout: files });
  });
});

interface Event {
  readonly url: string;
  readonly file: {
    readonly filename: string;
    readonly project: string;
    readonly version: string;
    readonly type: string;
  };
}

/** The events that have a result; the others are about fields of the line that a layout does not see. */
function readEvents(): Event[] {
  const text = readFileSync(sharedData.path('pypi/download-events.yml'), 'utf8').replaceAll(
    /!!python\S+ ''/g,
    'null',
  );
  const events = parse(text) as { result: Event | null }[];
  return events.flatMap(({ result }) => result ?? []);
}

/** CloudFront's column, which is encoded once more than the URL was, or Fastly's `url`. */
function cratePaths(log: string): string[] {
  const lines = log.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const url = /"url":"https:\/\/[^/"]+([^"]+)"/.exec(line)?.[1];
    return url ?? decodeURIComponent(line.split('\t')[7]);
  });
}

function versionsOf(layout: Layout, paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const target = layout.match(path);
    return target.kind === 'artifact' ? [`${target.project} ${target.version}`] : [];
  });
}

function tableOf(names: readonly string[]): Record<string, number> {
  const table: Record<string, number> = {};
  for (const name of names) table[name] = (table[name] ?? 0) + 1;
  return table;
}

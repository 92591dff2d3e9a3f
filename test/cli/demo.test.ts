import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { demoCountries, demoProjects } from '../../services/operator/demo-registry.ts';
import { writeDemoLogs } from '../../services/operator/write-demo-logs.ts';
import { openDataFolder } from '../../shared/clickhouse/data-folder.ts';
import { runCli } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'tallymark-demo-test-'));
const codes = Object.keys(demoCountries);
/** A made-up world: the first octet is the country. */
const countryOf = (address: string) => codes[Number(address.split('.')[0]) % codes.length];

async function logsIn(name: string, seed: number): Promise<{ digest: string; texts: string[] }> {
  const options = { folder: join(folder, name), lastDay: '2026-11-22', days: 14, seed, countryOf };
  const { files, lines } = await writeDemoLogs(options);
  const texts = files.map((file) => gunzipSync(readFileSync(file)).toString());
  expect(texts.join('').split('\n')).toHaveLength(lines + 1);
  return { digest: createHash('sha256').update(texts.join('')).digest('hex'), texts };
}

describe("the demo's logs", () => {
  test('are the same for the same seed, and other ones for another', async () => {
    const [first, second, other] = [await logsIn('a', 1), await logsIn('b', 1), await logsIn('c', 2)];
    expect(second.digest).toBe(first.digest);
    expect(other.digest).not.toBe(first.digest);
  });

  test('rest on weekends, and have releases and every country', async () => {
    const { texts } = await logsIn('d', 1);
    const downloads = texts.map((text) => text.match(/"GET \/packages\/\S+ HTTP\/1\.1" 200/g)?.length ?? 0);
    // 2026-11-09 was a Monday; of the 14 days the first is one.
    for (const [day, count] of downloads.entries()) {
      if (day % 7 >= 5) expect(count).toBeLessThan(0.8 * downloads[day - (day % 7)]);
    }
    expect(texts[0]).not.toContain('lanternlib-4.2.0');
    expect(texts[13]).toContain('lanternlib-4.2.0');
    const seen = new Set(
      texts[13]
        .split('\n')
        .filter(Boolean)
        .map((line) => countryOf(line)),
    );
    expect([...seen].sort()).toEqual([...codes].sort());
  });
});

interface DemoAnswer {
  readonly replay: { counted: number; already_counted: number; lines: number };
  readonly projects: { total: number; data: { project: string; downloads: number }[] };
  readonly countries: { project: string; data: { country: string }[] };
}

describe('tallymark demo', { timeout: 300_000 }, () => {
  test('runs the real commands, and a second time counts nothing new', async () => {
    const data = join(folder, 'store');
    // As one that was killed between the store's mark and its own leaves it.
    await openDataFolder(data);
    const temporary = join(folder, 'tmp');
    mkdirSync(temporary);
    const demo = async () => {
      const ran = await runCli(['demo', '--once', '--json', '--data', data], { env: { TMPDIR: temporary } });
      expect(ran.exit, ran.stderr).toBe(0);
      return JSON.parse(ran.stdout) as DemoAnswer;
    };
    const first = await demo();
    expect(first.replay.counted).toBeGreaterThan(100_000);
    expect(first.projects.data).toHaveLength(10);
    expect(first.projects.data[0].project).toBe(demoProjects[0].name);
    expect(first.countries.data[0].country).toBe('US');
    const second = await demo();
    expect(second.replay).toMatchObject({ counted: 0, already_counted: first.replay.lines });
    expect({ ...second, replay: 0 }).toEqual({ ...first, replay: 0, release: expect.anything() });
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('does not mix with a store that is somebody else’s', async () => {
    const data = join(folder, 'other');
    await runCli(['migrate', '--data', data]);
    const ran = await runCli(['demo', '--once', '--data', data]);
    expect(ran.exit).toBe(2);
    expect(ran.stderr).toMatch(/holds other counts\n {2}give the demo a folder of its own/);
  });
});

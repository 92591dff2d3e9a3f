import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { isIgnoredByPypi } from '../../shared/clients/is-ignored-by-pypi.ts';
import { parseClient } from '../../shared/clients/parse-client.ts';
import { sharedData } from '../shared-data.ts';

/** PyPI's own expectation: `null` is ignored, an absent installer is one that PyPI does not name. */
interface PypiFixture {
  readonly ua: string;
  readonly result: {
    readonly installer?: { readonly name: string; readonly version?: string };
    readonly python?: string;
    readonly system?: { readonly name: string };
  } | null;
}

const folder = 'pypi/user-agents';
const fixtures: PypiFixture[] = sharedData.missing
  ? []
  : readdirSync(sharedData.path(folder)).flatMap((file) =>
      parse(readFileSync(sharedData.path(`${folder}/${file}`), 'utf8')),
    );

describe.skipIf(sharedData.missing)(sharedData.title(folder), () => {
  test('has PyPI’s fixtures', () => expect(fixtures.length).toBeGreaterThanOrEqual(18));

  test.each(fixtures)('$ua', ({ ua, result }) => {
    expect(isIgnoredByPypi(ua)).toBe(result === null);
    if (result === null) return;
    const client = parseClient(ua);
    expect(client.installer).toBe(result.installer?.name.toLowerCase() ?? 'other');
    expect(client.installerVersion).toBe(majorMinor(result.installer?.version ?? ''));
    if (result.python) expect(client.runtime).toBe(`python/${majorMinor(result.python)}`);
    if (result.system) expect(client.system).toBe(ours[result.system.name]);
  });
});

const ours: Readonly<Record<string, string>> = { Darwin: 'macos', Linux: 'linux', Windows: 'windows' };

/** Says it in other words than the code under test does. */
function majorMinor(version: string): string {
  return version
    .split(/[^\d.]/)[0]!
    .split('.')
    .slice(0, 2)
    .join('.');
}

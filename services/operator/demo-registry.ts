/** The made-up registry of `tallymark demo`: no project, version or number in it is anybody's. */

/** How one project's downloads run over the demo's days. */
export interface DemoProject {
  readonly name: string;
  /** Downloads on a working day at the start. */
  readonly start: number;
  /** Times as many at the end. */
  readonly growth: number;
  /** Saturday's and Sunday's share of a working day: builds sleep less than people. */
  readonly weekend: number;
  /** Version → the day of the demo (0 is the first) it came out; negative: long ago. */
  readonly releases: Readonly<Record<string, number>>;
  /** `wheel`: one for all; `wheels`: one a platform; `source`: none. */
  readonly files: 'wheel' | 'wheels' | 'source';
  /** A day with three times the downloads. */
  readonly peak?: number;
}

const old = -90;

export const demoProjects: readonly DemoProject[] = [
  project('lanternlib', 312, 1.15, 0.45, { '4.1.0': old, '4.2.0': 12, '4.2.1': 40 }, 'wheels'),
  project('tidegauge', 246, 1.6, 0.4, { '1.8.3': old, '1.9.0': 22, '2.0.0': 47 }, 'wheels'),
  project('mossy-http', 222, 1.05, 0.6, { '0.27.2': old, '0.28.0': 31 }, 'wheel'),
  project('quillpad', 180, 1.2, 0.5, { '3.0.1': old, '3.1.0': 8, '3.1.1': 11 }, 'wheel'),
  project('cobblestone', 156, 0.85, 0.7, { '2.14': old, '2.15': 35 }, 'wheels'),
  project('plumb-line', 138, 1.1, 0.55, { '1.26.4': old, '1.27.0': 28 }, 'wheel'),
  project('ferrycall', 120, 1.3, 0.5, { '0.9.5': old, '0.9.6': 19, '0.10.0': 50 }, 'wheel'),
  project('sundial-types', 108, 1.0, 0.45, { '2026.7.1': old, '2026.9.15': 5, '2026.10.20': 33 }, 'wheel'),
  project('oxbow', 96, 2.4, 0.5, { '0.3.0': old, '0.4.0': 15, '0.5.0': 30, '0.6.0': 45 }, 'wheels'),
  project('heronplot', 90, 1.0, 0.35, { '5.2': old, '5.3': 26 }, 'wheel'),
  project('saltbox', 81, 1.1, 0.6, { '7.0.0': old, '7.0.1': 38 }, 'wheel'),
  project('brackish', 72, 0.7, 0.5, { '1.1.4': old }, 'source'),
  project('kitefold', 66, 1.2, 0.4, { '0.18.1': old, '0.19.0': 24 }, 'wheels'),
  project('umbra-test', 62, 1.05, 0.3, { '8.3.2': old, '8.4.0': 41 }, 'wheel'),
  project('woolpack', 58, 1.4, 0.6, { '1.0.0': old, '1.1.0': 20 }, 'wheel'),
  project('granitedb', 54, 1.1, 0.65, { '3.6.9': old, '3.7.0': 29 }, 'wheels'),
  project('nightjar', 50, 1.0, 0.5, { '2.2.0': old, '2.3.0': 44 }, 'wheel'),
  project('petrichor', 46, 1.8, 0.45, { '0.1.9': old, '0.2.0': 17, '0.2.1': 36 }, 'wheel', 37),
  project('rookery', 42, 0.95, 0.5, { '6.5': old }, 'source'),
  project('slipknot-io', 38, 1.1, 0.55, { '4.4.1': old, '4.5.0': 32 }, 'wheel'),
  project('tamarack', 35, 1.0, 0.4, { '1.3': old, '1.4': 14 }, 'wheel'),
  project('undertow', 32, 1.5, 0.5, { '0.7.0': old, '0.8.0': 39 }, 'wheels'),
  project('vellum', 29, 1.0, 0.6, { '10.1': old, '10.2': 27 }, 'wheel'),
  project('wickerwork', 27, 0.9, 0.45, { '2.0.4': old }, 'source'),
  project('yarrow', 25, 1.1, 0.5, { '1.5.2': old, '1.6.0': 21 }, 'wheel'),
  project('zephyr-cli', 23, 1.9, 0.3, { '0.12.0': old, '0.13.0': 25, '0.14.0': 49 }, 'wheel'),
  project('alder', 22, 1.0, 0.5, { '3.3': old }, 'wheel'),
  project('bittern', 20, 1.2, 0.45, { '0.5.5': old, '0.6.0': 34 }, 'wheels'),
  project('cairn', 18, 1.0, 0.6, { '1.0.8': old }, 'wheel'),
  project('dovetail', 17, 1.1, 0.5, { '2.1.0': old, '2.2.0': 43 }, 'wheel'),
  project('eddy', 16, 0.8, 0.5, { '0.2.7': old }, 'source'),
  project('fathom-log', 14, 1.3, 0.4, { '1.7': old, '1.8': 18 }, 'wheel'),
  project('gossamer', 13, 1.0, 0.5, { '4.0.0': old }, 'wheel'),
  project('hearth', 12, 1.1, 0.55, { '0.9.1': old, '1.0.0': 30 }, 'wheel', 30),
  project('inkwell', 11, 1.0, 0.5, { '5.5.5': old }, 'wheel'),
  project('juniper-auth', 10, 1.4, 0.5, { '0.4.2': old, '0.4.3': 23 }, 'wheel'),
  project('kelp', 8, 1.0, 0.4, { '2.9': old }, 'source'),
  project('loam', 7, 1.0, 0.5, { '1.2.1': old }, 'wheel'),
  project('millrace', 36, 3.0, 0.45, { '0.1.0': 28, '0.1.1': 31, '0.2.0': 46 }, 'wheel', 29),
  project('nettle', 6, 1.0, 0.5, { '0.0.3': old }, 'source'),
];

/** Country → how often, in parts of the whole; the rest comes from addresses that nobody has (`ZZ`). */
// biome-ignore format: a table
export const demoCountries: Readonly<Record<string, number>> = {
  US: 31, DE: 9, CN: 8, IN: 6.5, GB: 5, FR: 4.5, NL: 4, JP: 3.6, CA: 3.2, BR: 2.8, KR: 2.4, SG: 2.2, RU: 2, AU: 1.8, PL: 1.6,
  IT: 1.5, ES: 1.4, SE: 1.2, CH: 1.1, FI: 0.9, UA: 0.8, TR: 0.7, ID: 0.7, MX: 0.6, AR: 0.5, ZA: 0.4, NG: 0.2, KE: 0.1,
};

/** User agent → how often. Machines of clients that pip and uv describe are written as they write them. */
export const demoClients: readonly (readonly [agent: string, weight: number])[] = [
  [pip('25.2', '3.12.11', 'Linux', null), 17],
  [pip('25.2', '3.12.11', 'Linux', true), 14],
  [pip('24.0', '3.11.9', 'Linux', true), 9],
  [pip('24.3.1', '3.13.3', 'Linux', null), 6],
  [pip('23.0.1', '3.10.12', 'Linux', null), 6],
  [pip('25.2', '3.12.10', 'Windows', null), 5],
  [pip('25.1', '3.13.5', 'Darwin', null), 4],
  [pip('21.2.4', '3.9.7', 'Linux', null), 3],
  [uv('0.8.13', '3.13.5', 'Linux', true), 10],
  [uv('0.8.13', '3.12.11', 'Linux', null), 7],
  [uv('0.8.4', '3.13.3', 'Darwin', null), 4],
  ['poetry/2.1.4 CPython/3.12.11 Linux/6.8.0', 4],
  ['pdm/2.25.4 CPython/3.12.11 Linux/6.8.0', 1],
  ['bandersnatch/6.6.0 (cpython 3.12.11-final0, Linux 6.8.0 x86_64) (aiohttp 3.12.15)', 4],
  ['Nexus/3.83.1-03 (OSS; Linux; 6.8.0; amd64; 17.0.16)', 2],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0', 1],
  ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 1],
  ['python-requests/2.32.5', 1],
  ['curl/8.5.0', 1],
];

function project(
  name: string,
  start: number,
  growth: number,
  weekend: number,
  releases: Readonly<Record<string, number>>,
  files: DemoProject['files'],
  peak?: number,
): DemoProject {
  return { name, start, growth, weekend, releases, files, ...(peak === undefined ? {} : { peak }) };
}

function pip(version: string, python: string, system: string, ci: true | null): string {
  return `pip/${version} ${JSON.stringify(describeMachine('pip', version, { python, system, ci }))}`;
}

function uv(version: string, python: string, system: string, ci: true | null): string {
  return `uv/${version} ${JSON.stringify(describeMachine('uv', version, { python, system, ci }))}`;
}

function describeMachine(
  name: string,
  version: string,
  of: { python: string; system: string; ci: true | null },
) {
  const implementation = { name: 'CPython', version: of.python };
  return {
    ci: of.ci,
    cpu: 'x86_64',
    implementation,
    installer: { name, version },
    python: of.python,
    system: { name: of.system },
  };
}

import { describe, expect, test } from 'vitest';
import { dropReasons } from '../../shared/count/drop-reason.ts';
import { type Method, methods, type Range } from '../../shared/formats/request-view.ts';
import type { Target } from '../../shared/layouts/layout.ts';
import { layouts } from '../../shared/layouts/registry.ts';
import { judgeClient, judgeRequest, judgeTarget } from '../../shared/rules/judge.ts';
import type { RuleSet } from '../../shared/rules/rule-set.ts';
import { defaultRulesName, ruleSetFor, ruleSets } from '../../shared/rules/rule-sets.ts';

const names = ['default', 'pypi-2018', 'pypi-2026', 'crates', 'rubygems', 'hex', 'npm'] as const;
type Name = (typeof names)[number];

/** One row of the table in the design, counting.md "What counts": what each set makes of the case. */
interface Row<Case> {
  readonly rule: string;
  readonly given: Case;
  readonly want: Readonly<Record<Name, string>>;
}

const counts = 'counted';

const everywhere = (outcome: string): Row<never>['want'] => ({
  default: outcome,
  'pypi-2018': outcome,
  'pypi-2026': outcome,
  crates: outcome,
  rubygems: outcome,
  hex: outcome,
  npm: outcome,
});

const get = { method: 'GET' as Method, status: 200, range: 'unknown' as Range };
const requests: readonly Row<typeof get>[] = [
  { rule: 'GET', given: get, want: everywhere(counts) },
  {
    rule: 'OPTIONS',
    given: { ...get, method: 'OPTIONS' },
    want: { ...everywhere('method'), 'pypi-2018': counts, 'pypi-2026': counts, rubygems: counts },
  },
  { rule: 'HEAD', given: { ...get, method: 'HEAD' }, want: { ...everywhere('method'), rubygems: counts } },
  { rule: 'POST', given: { ...get, method: 'POST' }, want: { ...everywhere('method'), rubygems: counts } },
  {
    rule: 'another method',
    given: { ...get, method: 'other' },
    want: { ...everywhere('method'), rubygems: counts },
  },
  {
    rule: '206, range not logged',
    given: { ...get, status: 206 },
    want: { ...everywhere('status'), default: 'partial', 'pypi-2018': counts, 'pypi-2026': counts },
  },
  {
    rule: '206 from byte 0',
    given: { ...get, status: 206, range: 'from-start' },
    want: { ...everywhere('status'), default: counts, 'pypi-2018': counts, 'pypi-2026': counts },
  },
  {
    rule: '206 of a later range',
    given: { ...get, status: 206, range: 'later' },
    want: { ...everywhere('status'), default: 'partial', 'pypi-2018': counts, 'pypi-2026': counts },
  },
  {
    rule: '304',
    given: { ...get, status: 304 },
    want: { ...everywhere('not_modified'), rubygems: counts, hex: counts },
  },
  ...[0, 100, 201, 204, 301, 302, 400, 403, 404, 416, 500, 503].map((status) => ({
    rule: String(status),
    given: { ...get, status },
    want: everywhere('status'),
  })),
  {
    rule: 'method before status',
    given: { ...get, method: 'HEAD', status: 404 },
    want: { ...everywhere('method'), rubygems: 'status' },
  },
];

const file = (name: string): Target => ({
  kind: 'artifact',
  project: 'p',
  version: '1',
  fileType: 't',
  file: name,
});
const beside = (name: string): Target => ({
  kind: 'sidecar',
  project: 'p',
  version: '1',
  fileType: 't',
  file: name,
});
const any = { default: counts, 'pypi-2018': counts };

const targets: readonly Row<Target>[] = [
  {
    rule: '.whl',
    given: file('p-1.whl'),
    want: { ...everywhere('not_artifact'), ...any, 'pypi-2026': counts },
  },
  {
    rule: '.tar.gz',
    given: file('p-1.tar.gz'),
    want: { ...everywhere('not_artifact'), ...any, 'pypi-2026': counts },
  },
  {
    rule: '.zip',
    given: file('p-1.zip'),
    want: { ...everywhere('not_artifact'), ...any, 'pypi-2026': counts },
  },
  { rule: '.egg', given: file('p-1.egg'), want: { ...everywhere('not_artifact'), ...any } },
  { rule: '.exe', given: file('p-1.exe'), want: { ...everywhere('not_artifact'), ...any } },
  { rule: '.tar.bz2', given: file('p-1.tar.bz2'), want: { ...everywhere('not_artifact'), ...any } },
  {
    rule: '.crate',
    given: file('p-1.crate'),
    want: { ...everywhere('not_artifact'), ...any, crates: counts },
  },
  { rule: '.gem', given: file('p-1.gem'), want: { ...everywhere('not_artifact'), ...any, rubygems: counts } },
  { rule: '.tar', given: file('p-1.tar'), want: { ...everywhere('not_artifact'), ...any, hex: counts } },
  { rule: '.tgz', given: file('p-1.tgz'), want: { ...everywhere('not_artifact'), ...any, npm: counts } },
  ...['.metadata', '.asc', '.sig', '.sha256', '.provenance'].map((ending) => ({
    rule: ending,
    given: beside(`p-1.whl${ending}`),
    want: { ...everywhere('sidecar'), 'pypi-2018': counts },
  })),
  { rule: 'index', given: { kind: 'index', project: 'p' }, want: everywhere('index') },
  { rule: 'malformed', given: { kind: 'malformed' }, want: everywhere('malformed_path') },
  { rule: 'anything else', given: { kind: 'other' }, want: everywhere('not_artifact') },
];

const pip = { installer: 'pip', ignored: false, absent: false };
const clients: readonly Row<typeof pip>[] = [
  { rule: 'pip', given: pip, want: { ...everywhere(counts), crates: 'client' } },
  { rule: 'cargo', given: { ...pip, installer: 'cargo' }, want: everywhere(counts) },
  { rule: 'no user agent', given: { ...pip, installer: 'other', absent: true }, want: everywhere(counts) },
  {
    rule: 'an unknown one',
    given: { ...pip, installer: 'other' },
    want: { ...everywhere(counts), crates: 'client' },
  },
  {
    rule: "PyPI's ignore list",
    given: { ...pip, installer: 'other', ignored: true },
    want: { ...everywhere(counts), 'pypi-2018': 'client', 'pypi-2026': 'client', crates: 'client' },
  },
  {
    rule: 'no user agent, which PyPI ignores',
    given: { installer: 'other', ignored: true, absent: true },
    want: { ...everywhere(counts), 'pypi-2018': 'client', 'pypi-2026': 'client' },
  },
];

describe.each(names)('the rule set %s', (name) => {
  const rules = setNamed(name);

  test.each(requests)('request: $rule', ({ given, want }) => {
    expect(judgeRequest(rules, given) ?? counts).toBe(want[name]);
  });

  test.each(targets)('target: $rule', ({ given, want }) => {
    expect(judgeTarget(rules, given) ?? counts).toBe(want[name]);
  });

  test.each(clients)('client: $rule', ({ given, want }) => {
    expect(judgeClient(rules, given) ?? counts).toBe(want[name]);
  });

  test('drops for reasons of the closed list, and counts a plain GET only with 200, 206 or 304', () => {
    for (const method of methods) {
      for (let status = 0; status < 1000; status++) {
        const reason = judgeRequest(rules, { method, status, range: 'from-start' });
        if (reason !== undefined) expect(dropReasons).toContain(reason);
        else expect([200, 206, 304]).toContain(status);
      }
    }
  });
});

describe('the rule set for a name', () => {
  const lastOf2018 = Date.UTC(2026, 7, 23) / 86_400_000;

  test('pypi picks by the UTC day of the line: 2026-08-24 is the first of pypi-2026', () => {
    expect(ruleNameFor('pypi', lastOf2018)).toBe('pypi-2018');
    expect(ruleNameFor('pypi', lastOf2018 + 1)).toBe('pypi-2026');
    expect(ruleNameFor('pypi', 0)).toBe('pypi-2018');
  });

  test.each(names)('%s is itself on every day', (name) => {
    for (const day of [0, lastOf2018, lastOf2018 + 1, 40_000]) expect(ruleNameFor(name, day)).toBe(name);
  });

  test('a layout without a set of its own has the default', () => {
    for (const { name } of layouts) expect(ruleSetFor(name)).toBeDefined();
    for (const name of ['maven', 'debian', 'cran', 'conda', 'goproxy', 'files']) {
      expect(ruleNameFor(name, lastOf2018)).toBe(defaultRulesName);
    }
  });

  test('a name nobody knows has none', () => {
    for (const name of ['', 'pypi-2027', 'Default', 'constructor']) expect(ruleSetFor(name)).toBeUndefined();
  });

  test('every set is named once, and the table above has them all', () => {
    expect(ruleSets.map((rules) => rules.name)).toEqual([...names]);
  });
});

function setNamed(name: Name): RuleSet {
  const rules = ruleSets.find((set) => set.name === name);
  if (rules === undefined) throw new Error(`no rule set ${name}`);
  return rules;
}

function ruleNameFor(name: string, day: number): string | undefined {
  return ruleSetFor(name)?.(day).name;
}

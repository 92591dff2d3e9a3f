import { layoutByName } from '../layouts/registry.ts';
import type { RuleSet } from './rule-set.ts';

/**
 * For a registry whose own rules nobody wrote down: whole downloads of real artifacts by anyone; mirrors and bots are
 * counted and have totals of their own.
 */
const defaultRules: RuleSet = {
  name: 'default',
  methods: ['GET'],
  partial: 'from-start',
  notModified: false,
  files: 'artifact',
  clients: 'any',
};

/** What PyPI's own counter (linehaul) counted: whatever lay under /packages. */
const pypi2018: RuleSet = {
  name: 'pypi-2018',
  methods: ['GET', 'OPTIONS'],
  partial: 'always',
  notModified: false,
  files: 'artifact-and-sidecar',
  clients: 'not-ignored',
};

const pypi2026: RuleSet = {
  ...pypi2018,
  name: 'pypi-2026',
  since: '2026-08-24',
  files: ['.whl', '.tar.gz', '.zip'],
};

const crates: RuleSet = {
  name: 'crates',
  methods: ['GET'],
  partial: 'never',
  notModified: false,
  files: ['.crate'],
  clients: 'cargo-or-none',
};

const rubygems: RuleSet = {
  name: 'rubygems',
  methods: 'any',
  partial: 'never',
  notModified: true,
  files: ['.gem'],
  clients: 'any',
};

const hex: RuleSet = { ...rubygems, name: 'hex', methods: ['GET'], files: ['.tar'] };

const npm: RuleSet = {
  name: 'npm',
  methods: ['GET'],
  partial: 'never',
  notModified: false,
  files: ['.tgz'],
  clients: 'any',
};

/** Every rule set, for `tallymark formats`; the table is in the design, counting.md "What counts". */
export const ruleSets: readonly RuleSet[] = [defaultRules, pypi2018, pypi2026, crates, rubygems, hex, npm];

/**
 * Name of the rules a registry has when its configuration names none, whatever its layout: a mirror of crates.io is
 * not crates.io, so counting as a registry does is asked for by name (`rules: crates`).
 */
export const defaultRulesName = defaultRules.name;

/**
 * The rule set of that name for a line's UTC day (days since 1970-01-01): `pypi` picks by the day, a dated name stays
 * what it is, a layout's name without a set of its own is `default`. Undefined for a name nobody knows.
 */
export function ruleSetFor(name: string): ((day: number) => RuleSet) | undefined {
  if (name === 'pypi') return newestSince(pypi2026, pypi2018);
  const named = ruleSets.find((rules) => rules.name === name);
  const rules = named ?? (layoutByName(name) && defaultRules);
  return rules && (() => rules);
}

function newestSince(newer: RuleSet, older: RuleSet): (day: number) => RuleSet {
  const firstDay = dayOf(newer.since ?? '');
  return (day) => (day >= firstDay ? newer : older);
}

function dayOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / 86_400_000;
}

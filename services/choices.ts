/** Values that flags of several commands may have, imported when one of them is given. */

/** For `--format`. */
export async function formatChoices(): Promise<readonly string[]> {
  const { formats } = await import('../shared/formats/registry.ts');
  return ['auto', ...formats.map(({ name }) => name)];
}

/** For `--layout`. */
export async function layoutChoices(): Promise<readonly string[]> {
  const { layouts } = await import('../shared/layouts/registry.ts');
  return layouts.map(({ name }) => name);
}

/** For `--rules`: the rule sets, `pypi`, which picks one by the day, and layouts without a set of their own. */
export async function ruleChoices(): Promise<readonly string[]> {
  const { ruleSets } = await import('../shared/rules/rule-sets.ts');
  return [...new Set([...ruleSets.map(({ name }) => name), ...(await layoutChoices())])];
}

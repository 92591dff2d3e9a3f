import { decodeSpan } from '../formats/decode-span.ts';
import type { RequestView } from '../formats/request-view.ts';
import { layoutByName } from '../layouts/registry.ts';
import type { RuleSet } from '../rules/rule-set.ts';
import { ruleSetFor } from '../rules/rule-sets.ts';
import type { Catalog } from './catalog.ts';
import type { Registry } from './counted-batch.ts';
import { cutToPath } from './request-path.ts';
import { TargetTable } from './target-table.ts';

/** A registry made ready for counting. */
export interface CountedRegistry {
  /** True for lines that belong to no registry. */
  readonly unknown: boolean;
  rulesOn(day: number): RuleSet;
  readonly targets: TargetTable;
}

/** The registries of a file, and which of them a line belongs to: the first whose host and prefix it has. */
export class RegistryTable {
  readonly #entries: readonly { readonly only: Registry; readonly counted: CountedRegistry }[];
  readonly #unknown: CountedRegistry;
  /** The one registry of a log that holds no other: nothing is compared a line. */
  readonly #whole: CountedRegistry | undefined;

  /** Throws where a layout or rule set is not known: configuration is checked before. */
  constructor(registries: readonly Registry[], catalog: Catalog) {
    this.#entries = registries.map((only) => ({ only, counted: countedRegistry(only, catalog) }));
    this.#unknown = {
      unknown: true,
      rulesOn: rulesNamed('default'),
      targets: new TargetTable(catalog, { name: '', match: () => ({ kind: 'other' }) }),
    };
    const [first] = this.#entries;
    this.#whole = first && !first.only.host && !first.only.prefix ? first.counted : undefined;
  }

  /** The registry a request belongs to; where there are several, its request target is cut to the path below the registry's prefix. */
  of(view: RequestView): CountedRegistry {
    if (this.#whole) return this.#whole;
    cutToPath(view);
    for (const { only, counted } of this.#entries) {
      if (only.prefix && !startsWith(view, only.prefix)) continue;
      if (only.host && decodeSpan(view.bytes, view.host)?.toLowerCase() !== only.host) continue;
      if (only.prefix) view.path.start += only.prefix.length;
      return counted;
    }
    return this.#unknown;
  }

  /** Bytes held. */
  get byteLength(): number {
    return this.#entries.reduce((total, { counted }) => total + counted.targets.byteLength, 0);
  }
}

function countedRegistry({ name, layout, rules }: Registry, catalog: Catalog): CountedRegistry {
  const shape = layoutByName(layout);
  if (!shape) throw new Error(`no layout is called "${layout}"`);
  const targets = new TargetTable(catalog, { name, match: shape.match });
  return { unknown: false, rulesOn: rulesNamed(rules), targets };
}

function rulesNamed(name: string): (day: number) => RuleSet {
  const rules = ruleSetFor(name);
  if (!rules) throw new Error(`no rule set is called "${name}"`);
  return rules;
}

/** A prefix is below the root and ends before a slash (`/debian`): `/debian-security/…` is not below it. */
function startsWith({ bytes, path }: RequestView, prefix: string): boolean {
  if (path.end - path.start <= prefix.length) return false;
  for (let at = 0; at < prefix.length; at++) {
    if (bytes[path.start + at] !== prefix.charCodeAt(at)) return false;
  }
  return bytes[path.start + prefix.length] === 0x2f;
}

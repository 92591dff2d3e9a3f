import { decodeSpan } from '../formats/decode-span.ts';
import { type Encoding, type RequestView, Span } from '../formats/request-view.ts';
import { filesLayout } from '../layouts/files.ts';
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
  readonly whole: CountedRegistry | undefined;

  /** Throws where a layout or rule set is not known, or a pattern is none: configuration is checked before. */
  constructor(registries: readonly Registry[], catalog: Catalog) {
    this.#entries = registries.map((only) => ({ only, counted: countedRegistry(only, catalog) }));
    this.#unknown = {
      unknown: true,
      rulesOn: rulesNamed('default'),
      targets: new TargetTable(catalog, { name: '', match: () => ({ kind: 'other' }) }),
    };
    const [first] = this.#entries;
    this.whole = first && !first.only.host && !first.only.prefix ? first.counted : undefined;
  }

  /** The registry a request belongs to; where there are several, its request target is cut to the path below the registry's prefix. */
  of(view: RequestView): CountedRegistry {
    if (this.whole) return this.whole;
    cutToPath(view);
    for (const { only, counted } of this.#entries) {
      const below = only.prefix ? endOfPrefix(view, only.prefix) : view.path.start;
      if (below < 0) continue;
      if (only.host && decodeSpan(view.bytes, view.host)?.toLowerCase() !== only.host) continue;
      view.path.start = below;
      return counted;
    }
    return this.#unknown;
  }

  /** Bytes held. */
  get byteLength(): number {
    return this.#entries.reduce((total, { counted }) => total + counted.targets.byteLength, 0);
  }
}

function countedRegistry({ name, layout, pattern, rules }: Registry, catalog: Catalog): CountedRegistry {
  const shape = pattern === undefined ? layoutByName(layout) : filesLayout(pattern);
  if (!shape) throw new Error(`no layout is called "${layout}"`);
  const targets = new TargetTable(catalog, { name, match: shape.match });
  return { unknown: false, rulesOn: rulesNamed(rules), targets };
}

function rulesNamed(name: string): (day: number) => RuleSet {
  const rules = ruleSetFor(name);
  if (!rules) throw new Error(`no rule set is called "${name}"`);
  return rules;
}

/**
 * Where the path goes on below a prefix, -1 where it is not below it. A prefix is below the root and ends before a slash
 * (`/debian`): `/debian-security/…` is not below it. A path is decoded only where its log has escaped something in it.
 */
function endOfPrefix(view: RequestView, prefix: string): number {
  const { bytes, path } = view;
  if (path.end - path.start <= prefix.length) return -1;
  if (startsWith(bytes, path.start, prefix)) {
    const end = path.start + prefix.length;
    if (bytes[end] === slash) return end;
  }
  return hasEscapes(view) ? endOfEscapedPrefix(view, prefix) : -1;
}

const slash = 0x2f;
const escapeBytes: Readonly<Record<Encoding, number>> = {
  plain: -1,
  pep381: -1,
  json: 0x5c,
  apache: 0x5c,
  percent: 0x25,
  percent2: 0x25,
};

function startsWith(bytes: Uint8Array, start: number, prefix: string): boolean {
  for (let at = 0; at < prefix.length; at++) {
    if (bytes[start + at] !== prefix.charCodeAt(at)) return false;
  }
  return true;
}

function hasEscapes({ bytes, path }: RequestView): boolean {
  const byte = escapeBytes[path.encoding];
  if (byte < 0) return false;
  for (let at = path.start; at < path.end; at++) if (bytes[at] === byte) return true;
  return false;
}

/** The first cut behind which the decoded text before it is the prefix; an escape cannot be cut in two, since a part of it is not what it stands for. */
function endOfEscapedPrefix({ bytes, path }: RequestView, prefix: string): number {
  if (!decodeSpan(bytes, path)?.startsWith(`${prefix}/`)) return -1;
  const before = new Span();
  for (let end = path.start + prefix.length; end < path.end; end++) {
    before.set(path.start, end, path.encoding);
    if (decodeSpan(bytes, before) === prefix) return end;
  }
  return -1;
}

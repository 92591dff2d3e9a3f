import { decodeSpan } from '../formats/decode-span.ts';
import type { Encoding, RequestView } from '../formats/request-view.ts';
import type { Target } from '../layouts/layout.ts';
import { ruleSets } from '../rules/rule-sets.ts';
import { ByteTable } from './byte-table.ts';
import type { Catalog } from './catalog.ts';
import { cutToPath } from './request-path.ts';

/** What the registry of a `TargetTable` is to it. */
export interface TargetRegistry {
  readonly name: string;
  match(path: string): Target;
}

/**
 * Finds out what a path of one registry asks for: the layout is asked once a distinct path, not once a line. Of a distinct path one
 * number is kept: its artifact (or, of an index, its project) and the place of its kind among the few that the rules tell apart.
 */
export class TargetTable {
  readonly #catalog: Catalog;
  readonly #registry: TargetRegistry;
  readonly #known = new Map<Encoding, ByteTable>();
  /** The encoding met last, and its table. */
  #encoding: Encoding | undefined;
  #table = new ByteTable();
  /** One target of each kind; kinds that all rule sets judge alike are one. */
  readonly #kinds: Target[] = [];
  readonly #kindIds = new Map<string, number>();

  constructor(catalog: Catalog, registry: TargetRegistry) {
    this.#catalog = catalog;
    this.#registry = registry;
  }

  /**
   * What the view's request target asks for: a number to be taken apart by the functions below. A target is looked for as it
   * stands, and cut to its path only where it is not known; those with a query, which may be ever others, are known by their path alone.
   */
  of(view: RequestView, hash: number): number {
    const known = this.tableOf(view);
    const asked = known.find(view.bytes, view.path, hash);
    return asked >= 0 ? asked : this.#ofCut(view, known);
  }

  /** The hash of the request target as it stands. */
  hashOf(view: RequestView): number {
    return this.tableOf(view).hashOf(view.bytes, view.path.start, view.path.end);
  }

  /** The table of a request's encoding. */
  tableOf({ path }: RequestView): ByteTable {
    return path.encoding === this.#encoding ? this.#table : this.#open(path.encoding);
  }

  #ofCut(view: RequestView, known: ByteTable): number {
    const { bytes, path } = view;
    const whole = { start: path.start, end: path.end };
    cutToPath(view);
    if (path.end === whole.end) return this.#learn(view, known, whole);
    const asked = known.find(bytes, path, known.hashOf(bytes, path.start, path.end));
    return asked >= 0 ? asked : this.#learn(view, known, path);
  }

  #learn(view: RequestView, known: ByteTable, key: { readonly start: number; readonly end: number }): number {
    const asked = this.#ask(view);
    known.add(view.bytes, key, asked);
    return asked;
  }

  /** A target that every rule set judges like this one. */
  kindOf(asked: number): Target {
    return this.#kinds[asked & (maxKinds - 1)];
  }

  /** Number of the artifact or sidecar asked for; of the project, where it is an index. */
  nameOf(asked: number): number {
    return asked >>> kindBits;
  }

  /** Bytes held. */
  get byteLength(): number {
    let total = 0;
    for (const paths of this.#known.values()) total += paths.byteLength;
    return total;
  }

  #open(encoding: Encoding): ByteTable {
    this.#encoding = encoding;
    this.#table = this.#known.get(encoding) ?? new ByteTable();
    this.#known.set(encoding, this.#table);
    return this.#table;
  }

  #ask({ bytes, path }: RequestView): number {
    const text = decodeSpan(bytes, path);
    const target: Target = text === undefined ? { kind: 'malformed' } : this.#registry.match(text);
    return (this.#nameIn(target) << kindBits) | this.#kind(target);
  }

  #nameIn(target: Target): number {
    if (target.kind === 'other' || target.kind === 'malformed') return 0;
    const project = this.#catalog.project(this.#registry.name, target.project);
    return target.kind === 'index'
      ? project
      : this.#catalog.artifact(project, target.version, target.fileType);
  }

  #kind(target: Target): number {
    const key =
      target.kind === 'artifact'
        ? (endings.find((ending) => target.file.endsWith(ending)) ?? '')
        : target.kind;
    const known = this.#kindIds.get(key);
    if (known !== undefined) return known;
    this.#kindIds.set(key, this.#kinds.length);
    return this.#kinds.push(target) - 1;
  }
}

/** File-name endings that some rule set tells apart; of two that fit, the longer first. */
const endings = [...new Set(ruleSets.flatMap(({ files }) => (typeof files === 'string' ? [] : files)))].sort(
  (a, b) => b.length - a.length,
);

/** Five kinds of target, of which an artifact is told apart by the endings that rule sets count: some dozen. */
const kindBits = 6;
const maxKinds = 1 << kindBits;

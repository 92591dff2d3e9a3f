/** What a path of a registry is. Names are already normalised. */
export type Target =
  | {
      readonly kind: 'artifact';
      /** Canonical name (`normaliseProject`), 1 to 200 characters, no control characters. */
      readonly project: string;
      /** As the file name has it, decoded, at most 200 characters; empty where the file name does not tell. */
      readonly version: string;
      /** From the layout's closed `fileTypes`. */
      readonly fileType: string;
      /** File name, decoded: the path's last segment, or what it is served as (`…/download` → `serde-1.0.0.crate`). */
      readonly file: string;
    }
  /**
   * Metadata beside an artifact: `.metadata .asc .sig .sha256 .provenance`. Project, version and file type are the
   * artifact's, so that a rule set which counts sidecars (`pypi-2018`) counts them where its registry did; `file` is
   * the sidecar's own.
   */
  | {
      readonly kind: 'sidecar';
      readonly project: string;
      readonly version: string;
      readonly fileType: string;
      readonly file: string;
    }
  /** A request for the list of a project's files (`/simple/<project>/`). */
  | { readonly kind: 'index'; readonly project: string }
  /** A path of an artifact whose name cannot be one: over 200 characters, control characters, not UTF-8. */
  | { readonly kind: 'malformed' }
  /** Anything else. */
  | { readonly kind: 'other' };

/** Plug point: a registry's URL shape. One file each, one line in `registry.ts`, one table in `test/layouts/`. */
export interface Layout {
  readonly name: string;
  /** One sentence for `tallymark formats`. */
  readonly description: string;
  /** A path that names an artifact, for help texts and the contract suite's first case. */
  readonly sample: string;
  /** Closed list of what `Target.fileType` may be. */
  readonly fileTypes: readonly string[];
  /**
   * Canonical spelling of a project's name, idempotent; used by counting, API and command line alike.
   * Throws nothing; the caller checks the length.
   */
  normaliseProject(name: string): string;
  /**
   * What the path asks for. `path` starts with `/`, its query is cut, and it is still percent-encoded as in the URL:
   * decode segments with `decodeSegment` from `segments.ts`. Throws nothing, whatever the path.
   */
  match(path: string): Target;
}

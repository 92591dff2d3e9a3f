import type { Layout } from './layout.ts';
import { layouts } from './registry.ts';

/**
 * One layout that fits, or what each layout's share (0 to 1) of the artifact paths is, largest first and only those
 * that fit any: names and numbers, never a path. Empty shares: no path was an artifact's.
 */
export type DetectedLayout =
  | { readonly layout: Layout }
  | { readonly shares: readonly { readonly layout: string; readonly share: number }[] };

/** A registry's log has some other traffic; less than this and the operator must say what it is. */
const neededShare = 0.9;

/**
 * Which layout paths are of: the one that fits more than 90 % of the artifact paths, which are those that any layout
 * calls artifact or sidecar. A path that fits two counts for both; of two layouts that fit, the larger share wins,
 * then the order of `layouts`, and `files`, which fits so much, only if no other does. Paths come without query, one
 * after another; some 1000 of them tell.
 */
export class LayoutVote {
  /** Paths so far that some layout calls artifact or sidecar. */
  artifactPaths = 0;
  readonly #fits = layouts.map((layout) => ({ layout, paths: 0 }));

  /** Lets each layout look at a path that stands for `count` requests. */
  add(path: string, count = 1): void {
    let fitsAny = false;
    for (const fit of this.#fits) {
      const { kind } = fit.layout.match(path);
      if (kind !== 'artifact' && kind !== 'sidecar') continue;
      fit.paths += count;
      fitsAny = true;
    }
    if (fitsAny) this.artifactPaths += count;
  }

  /** What the paths so far come to. */
  result(): DetectedLayout {
    // Sorting is stable, so that equal shares keep the order of `layouts`.
    const byShare = this.#fits.filter((fit) => fit.paths > 0).sort((a, b) => b.paths - a.paths);
    const fitting = byShare.filter((fit) => fit.paths > neededShare * this.artifactPaths);
    const best = fitting.find((fit) => fit.layout.name !== 'files') ?? fitting[0];
    if (best !== undefined) return { layout: best.layout };
    return {
      shares: byShare.map((fit) => ({ layout: fit.layout.name, share: fit.paths / this.artifactPaths })),
    };
  }
}

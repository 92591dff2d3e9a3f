/** The names nearest to a mistyped one, best first; only those within a third of its length (at least 2 changes) or that contain it. */
export function nearest(name: string, names: Iterable<string>, limit = 3): readonly string[] {
  const wanted = name.toLowerCase();
  const allowed = Math.max(2, Math.floor(wanted.length / 3));
  const found: { candidate: string; changes: number }[] = [];
  for (const candidate of names) {
    const lower = candidate.toLowerCase();
    const contained = wanted.length >= 3 && lower.includes(wanted);
    if (!contained && Math.abs(lower.length - wanted.length) > allowed) continue;
    const changes = contained ? 1 : distance(wanted, lower);
    if (changes <= allowed) found.push({ candidate, changes });
  }
  found.sort((a, b) => a.changes - b.changes || (a.candidate < b.candidate ? -1 : 1));
  return found.slice(0, limit).map(({ candidate }) => candidate);
}

/** `did you mean numpy or numba?`, or undefined where nothing is near. */
export function didYouMean(name: string, names: Iterable<string>): string | undefined {
  const near = nearest(name, names);
  return near.length === 0 ? undefined : `did you mean ${near.join(' or ')}?`;
}

/** Insertions, deletions, replacements and swaps of neighbors (optimal string alignment). */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(replaced, last[j] + 1, row[j - 1] + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length];
}

/** Asked for noise where there is none. */
export class NoiseUnavailable extends Error {
  override readonly name = 'NoiseUnavailable';
}

/**
 * The published cells of one project, dimension and period: `counts` with noise of standard deviation `sigma`, in the
 * same order. The only place where a cell is drawn. Without noise the cells are the counts; throws `NoiseUnavailable`
 * for any other `sigma`.
 */
export function draw(counts: readonly number[], sigma: number): readonly number[] {
  if (sigma !== 0) throw new NoiseUnavailable(`cannot draw with a standard deviation of ${sigma}, only of 0`);
  return counts;
}

import { createHash } from 'node:crypto';

/** A row of `released`: the cells of one project and dimension in a slot's period. */
export interface CellRow {
  /** `siteWide` for the whole registry. */
  readonly project: string;
  readonly dim: string;
  /** `country/1`: which numbered vocabulary the cells are in the order of. */
  readonly vocabulary: string;
  readonly sigma: number;
  readonly cells: readonly number[];
}

/** The `project` of cells of a whole registry. */
export const siteWide = '';

/** What was written under a release, as read back: number of rows, and the sum mod 2^64 of a hash of each. */
export interface RowsDigest {
  readonly rows: number;
  readonly digest: bigint;
}

/** The digest of nothing. */
export const emptyDigest: RowsDigest = { rows: 0, digest: 0n };

/** `digest` with one more row, the same as `digestSql` gives for the stored rows in any order. */
export function addToDigest({ rows, digest }: RowsDigest, row: CellRow): RowsDigest {
  const text = `${row.project}\0${row.dim}\0${row.vocabulary}\0[${row.cells.join(',')}]`;
  const hash = createHash('sha256').update(text).digest().readBigUInt64LE(0);
  return { rows: rows + 1, digest: BigInt.asUintN(64, digest + hash) };
}

/** ClickHouse's half of `addToDigest`, over the rows of `released`. */
export const digestSql = `toString(sumWithOverflow(reinterpretAsUInt64(substring(SHA256(
  concat(project, '\\0', dim, '\\0', vocabulary, '\\0', toString(cells))), 1, 8))))`;

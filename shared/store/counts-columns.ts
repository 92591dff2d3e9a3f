/**
 * Columns of table `counts` in the order in which every RowBinary row of it is written, by the counting workers and by
 * the store alike. Types, as RowBinary sees them (`LowCardinality` and `SimpleAggregateFunction` leave no trace there):
 * `registry`, `project` String; `day` Date (UInt16, days since 1970-01-01); the four sums Int64; the rest
 * Map(String, Int64), keys in one fixed order (the same counts are the same bytes). All are written, empty maps too.
 */
export const countsColumns = [
  'registry',
  'project',
  'day',
  'downloads',
  'mirror',
  'bot',
  'index_requests',
  'version',
  'file_type',
  'country',
  'installer',
  'runtime',
  'system',
  'ci',
  'lines_by',
  'downloads_by',
] as const;

/** The sums among `countsColumns`, in their order. */
export const sumColumns = ['downloads', 'mirror', 'bot', 'index_requests'] as const;

/** The maps over headline downloads among `countsColumns`, in their order: each one's values add up to `downloads`. */
export const dimensionColumns = [
  'version',
  'file_type',
  'country',
  'installer',
  'runtime',
  'system',
  'ci',
] as const;

export type SumColumn = (typeof sumColumns)[number];
export type DimensionColumn = (typeof dimensionColumns)[number];

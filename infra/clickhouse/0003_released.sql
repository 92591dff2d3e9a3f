-- Published cells, one row per project, dimension and period, cells in the order of the numbered vocabulary. Written under a
-- release that nobody sees until `publications` names it as the winner.
CREATE TABLE IF NOT EXISTS released $ON_CLUSTER
(
    registry LowCardinality(String),
    project String,
    dim LowCardinality(String),
    grain LowCardinality(String),
    period Date,
    revision UInt32,
    vocabulary LowCardinality(String),
    sigma Float64,
    release String,
    cells Array(Int64)
)
ENGINE = $MergeTree(released)
PARTITION BY toYYYYMM(period)
ORDER BY (registry, grain, project, dim, period, revision, release)
SETTINGS index_granularity = 256, $DEDUPLICATION, fsync_after_insert = 1, fsync_part_directory = 1;

-- Who won: the earliest `entered_at` by the store's clock, then the smallest release, for each (scope, period, revision).
-- `body` holds what is entered once with it (profiles, vocabulary, number of cells), as JSON without a project's name.
CREATE TABLE IF NOT EXISTS publications $ON_CLUSTER
(
    entered_at DateTime64(6, 'UTC') DEFAULT now64(6),
    scope String,
    period Date,
    revision UInt32,
    attempt UInt32,
    release String,
    body String
)
ENGINE = $MergeTree(publications)
ORDER BY (scope, period, revision, entered_at)
SETTINGS $DEDUPLICATION, fsync_after_insert = 1, fsync_part_directory = 1;

-- How often the store was written to, and by which rules: what the API's data version is made of. One row is one batch.
CREATE VIEW IF NOT EXISTS batches $ON_CLUSTER
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT downloads AS batches,
    arrayMap(key -> substring(key, 7), arrayFilter(key -> startsWith(key, 'rules/'), mapKeys(lines_by))) AS rules
FROM counts
WHERE registry = '' AND project > '' AND (project < 'source/' OR project >= 'source0');

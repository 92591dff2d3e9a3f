-- What replays announce and intend, as events that are only ever added. `at` is the store's clock.
CREATE TABLE IF NOT EXISTS ledger $ON_CLUSTER
(
    at DateTime64(3, 'UTC') DEFAULT now64(3),
    entry String,
    event LowCardinality(String),
    body String
)
ENGINE = $MergeTree(ledger)
ORDER BY (entry, at)
SETTINGS $DEDUPLICATION, fsync_after_insert = 1, fsync_part_directory = 1;

-- What the store knows of itself: its id, the check of its key; and the table of the start-up self-test.
CREATE TABLE IF NOT EXISTS migrations $ON_CLUSTER
(
    number UInt32,
    name String,
    at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = $MergeTree(migrations)
ORDER BY number
SETTINGS $DEDUPLICATION, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS facts $ON_CLUSTER
(
    name String,
    value String
)
ENGINE = $MergeTree(facts)
ORDER BY name
SETTINGS $DEDUPLICATION, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS probe $ON_CLUSTER
(
    at DateTime DEFAULT now(),
    run String
)
ENGINE = $MergeTree(probe)
ORDER BY run
TTL at + INTERVAL 1 DAY
SETTINGS $DEDUPLICATION;

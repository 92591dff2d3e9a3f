-- When lines of each site were counted last, and how many came: what a mirror that fell silent is noticed by.
CREATE TABLE IF NOT EXISTS sites $ON_CLUSTER
(
    site String,
    at SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    lines SimpleAggregateFunction(sum, Int64)
)
ENGINE = $AggregatingMergeTree(sites)
ORDER BY site
SETTINGS $DEDUPLICATION, fsync_after_insert = 1, fsync_part_directory = 1;

-- Offsets [from_offset, to_offset) of a partition that Kafka had dropped before they were counted.
CREATE TABLE IF NOT EXISTS gaps $ON_CLUSTER
(
    at DateTime64(3, 'UTC') DEFAULT now64(3),
    topic String,
    partition UInt32,
    from_offset UInt64,
    to_offset UInt64
)
ENGINE = $MergeTree(gaps)
ORDER BY (topic, partition, from_offset)
SETTINGS $DEDUPLICATION, fsync_after_insert = 1, fsync_part_directory = 1;

-- How many partitions a topic was first counted with: with another number a source may be in two of them. The first row is meant.
CREATE TABLE IF NOT EXISTS topics $ON_CLUSTER
(
    at DateTime64(3, 'UTC') DEFAULT now64(3),
    cluster String,
    topic String,
    partitions UInt32
)
ENGINE = $MergeTree(topics)
ORDER BY (cluster, topic, at)
SETTINGS $DEDUPLICATION, fsync_after_insert = 1, fsync_part_directory = 1;

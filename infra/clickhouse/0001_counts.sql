-- The books: one row is one project's day, keys live in maps that add up by themselves; rows with registry '' are the
-- store's own (books, markers, covered ranges: shared/store/own-row.ts), in the same part as the counts they speak of.
-- Read with sum, sumMap and GROUP BY, never FINAL; sumMap keeps keys whose sum is 0.
CREATE TABLE IF NOT EXISTS counts $ON_CLUSTER
(
    registry LowCardinality(String),
    project String,
    day Date,
    downloads SimpleAggregateFunction(sum, Int64),
    mirror SimpleAggregateFunction(sum, Int64),
    bot SimpleAggregateFunction(sum, Int64),
    index_requests SimpleAggregateFunction(sum, Int64),
    version SimpleAggregateFunction(sumMap, Map(String, Int64)),
    file_type SimpleAggregateFunction(sumMap, Map(String, Int64)),
    country SimpleAggregateFunction(sumMap, Map(String, Int64)),
    installer SimpleAggregateFunction(sumMap, Map(String, Int64)),
    runtime SimpleAggregateFunction(sumMap, Map(String, Int64)),
    system SimpleAggregateFunction(sumMap, Map(String, Int64)),
    ci SimpleAggregateFunction(sumMap, Map(String, Int64)),
    lines_by SimpleAggregateFunction(sumMap, Map(String, Int64)),
    downloads_by SimpleAggregateFunction(sumMap, Map(String, Int64))
)
ENGINE = $AggregatingMergeTree(counts)
PARTITION BY toYYYYMM(day)
ORDER BY (registry, project, day)
SETTINGS $DEDUPLICATION, fsync_after_insert = 1, fsync_part_directory = 1;

-- The exact side, all the API may read of what was counted: nothing of who downloaded, nothing of the store's own.
-- With the rights of whoever made it, so that a role may read it that may not read `counts`.
CREATE VIEW IF NOT EXISTS exact $ON_CLUSTER
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT registry, project, day, downloads, mirror, bot, index_requests, version, file_type
FROM counts
WHERE registry != '';

-- `batches` (0003) with the layouts that registries were counted with, `<registry>/<layout>`: names are spelled by them.
-- Why the API may read it: infra/decisions/0004.
CREATE OR REPLACE VIEW batches $ON_CLUSTER
DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT downloads AS batches,
    arrayMap(key -> substring(key, 7), arrayFilter(key -> startsWith(key, 'rules/'), mapKeys(lines_by))) AS rules,
    arrayMap(key -> substring(key, 10), arrayFilter(key -> startsWith(key, 'registry/'), mapKeys(lines_by))) AS layouts
FROM counts
WHERE registry = '' AND project > '' AND (project < 'source/' OR project >= 'source0');

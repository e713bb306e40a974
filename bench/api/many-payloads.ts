/**
 * A database with very many payloads, written by SQLite itself: what is common, what is rare, and what lies together at
 * the oldest end of time. The tables are the runtime's own, and all of them are filled: counts, activity and history too.
 */
import { openDatabase } from "../../src/embedded/database/database.ts";

/** Of the newest, in milliseconds since 1970; and from one to the next. */
export const NOW = Date.parse("2030-06-30T12:00:00.000Z");
export const SECONDS_BETWEEN = 2;

/**
 * - 20 workflows, the last of them with one payload in 20,000; 40 collections, of which `archive` has only the oldest 30 %.
 * - Half of all have one of 10 organisations, `rare-org` is one in 50,000.
 * - 93 % SUCCEEDED; the failed ones have 12 errors, of which `Old.Error` is among the oldest fifth alone.
 * - The items' IDs begin with the day, so that a prefix of them lies together in time.
 */
const ROWS = `
  WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :rows),
  dealt AS (SELECT i, (i * 7919 + 13) % 1000003 AS dice, (i * 104729 + 7) % 999983 AS coin,
                   strftime('%Y-%m-%dT%H:%M:%fZ', :start + i * :seconds, 'unixepoch') AS at FROM n),
  named AS (SELECT *,
    CASE WHEN dice % 20000 = 3 THEN 'workflow-19' ELSE 'workflow-' || (dice % 19) END AS workflow,
    CASE WHEN i < :rows * 0.3 AND coin % 2 = 0 THEN 'archive' ELSE 'collection-' || (coin % 39) END AS collections,
    CASE WHEN dice % 50000 = 5 THEN 'rare-org' WHEN dice % 2 = 0 THEN 'org-' || (coin % 9) END AS organisation,
    CASE WHEN coin % 1000 < 930 THEN 'SUCCEEDED' WHEN coin % 1000 < 975 THEN 'FAILED' WHEN coin % 1000 < 985 THEN 'INVALID'
         WHEN coin % 1000 < 990 THEN 'ABORTED' WHEN coin % 1000 < 995 THEN 'PROCESSING' ELSE 'CLAIMED' END AS state
    FROM dealt)
  INSERT INTO payloads (payload_id, collections, workflow, itemids, organisation, state, version, attempt, execution, created,
    updated, claimed_at, started_at, ended_at, error, cause, outputs, input_url, output_url, lineage, effects_pending, messages)
  SELECT collections || '/workflow-' || workflow || '/S2_' || substr(at, 1, 10) || '_' || dice || '_' || i,
    collections, workflow, 'S2_' || substr(at, 1, 10) || '_' || dice || '_' || i, organisation, state, 3, 1,
    'execution-' || i, at, at, at, at, iif(state IN ('CLAIMED', 'PROCESSING'), NULL, at),
    CASE WHEN state NOT IN ('FAILED', 'INVALID', 'ABORTED') THEN NULL WHEN i < :rows * 0.2 AND dice % 5 = 0 THEN 'Old.Error'
         WHEN dice % 1000 = 7 THEN 'Rare.Error' WHEN dice % 3 = 0 THEN 'States.Timeout' ELSE 'Error.' || (dice % 9) END,
    iif(state IN ('FAILED', 'INVALID', 'ABORTED'), 'the scene ' || i || ' could not be read', NULL),
    '["s3://data/' || collections || '/' || i || '/item.json"]', 's3://payloads/executions/' || i || '/input.json',
    's3://payloads/executions/' || i || '/output.json', '{"depth":0,"ancestors":[]}', 0, '["message-' || i || '"]'
  FROM named;`;

const REST = `
  INSERT INTO payload_facets (workflow, collections, organisation, state, count)
    SELECT workflow, collections, coalesce(organisation, ''), state, count(*) FROM payloads GROUP BY 1, 2, 3, 4;
  UPDATE payloads SET facet = (SELECT id FROM payload_facets AS f WHERE f.workflow = payloads.workflow
    AND f.collections = payloads.collections AND f.organisation = coalesce(payloads.organisation, '') AND f.state = payloads.state);
  INSERT INTO payload_transitions
    SELECT payload_id, 3, 'PROCESSING', state, execution, 1, updated, 'update-state', 'the execution ended' FROM payloads;
  INSERT INTO payload_activity
    SELECT 'hour', substr(updated, 1, 13) || ':00:00.000Z', workflow, state, count(*), count(*) FROM payloads GROUP BY 2, 3, 4;
  INSERT INTO payload_activity
    SELECT 'day', substr(period, 1, 10) || 'T00:00:00.000Z', workflow, state, sum(count), sum(once) FROM payload_activity
    WHERE interval = 'hour' GROUP BY 2, 3, 4;`;

/** An index that is made at the end is made in a tenth of the time. */
export function writeManyPayloads(path: string, rows: number): void {
  const db = openDatabase(path);
  const indexes = db.all<{ name: string; sql: string }>(
    "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'payloads' AND sql IS NOT NULL",
  );
  db.transaction(() => {
    for (const { name } of indexes) db.run(`DROP INDEX ${name}`);
    const values = { rows, seconds: SECONDS_BETWEEN, start: NOW / 1000 - rows * SECONDS_BETWEEN };
    db.run(ROWS.replaceAll(/:(rows|seconds|start)/g, (_, name: keyof typeof values) => String(values[name])));
    for (const statement of REST.split(";").filter((text) => text.trim() !== "")) db.run(statement);
    for (const { sql } of indexes) db.run(sql);
  });
  db.close();
}

/**
 * The tables of the embedded database. A list of steps: a database at version n has had the first n, so that a step
 * that was released never changes and a new one goes to the end.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE payloads (
    payload_id      TEXT PRIMARY KEY,
    collections     TEXT NOT NULL,
    workflow        TEXT NOT NULL,
    itemids         TEXT NOT NULL,
    state           TEXT NOT NULL,
    version         INTEGER NOT NULL,
    attempt         INTEGER NOT NULL,
    execution       TEXT NOT NULL,
    created         TEXT NOT NULL,
    updated         TEXT NOT NULL,
    claimed_at      TEXT NOT NULL,
    started_at      TEXT,
    ended_at        TEXT,
    error           TEXT,
    cause           TEXT,
    outputs         TEXT NOT NULL,
    input_url       TEXT NOT NULL,
    output_url      TEXT,
    lineage         TEXT NOT NULL,
    effects_pending INTEGER NOT NULL,
    messages        TEXT NOT NULL
  ) STRICT;
  CREATE INDEX payloads_updated ON payloads (updated, payload_id);
  CREATE INDEX payloads_workflow ON payloads (workflow, updated, payload_id);
  CREATE INDEX payloads_workflow_state ON payloads (workflow, state, updated, payload_id);
  CREATE INDEX payloads_collections ON payloads (collections, updated, payload_id);
  CREATE INDEX payloads_state ON payloads (state, updated, payload_id);
  CREATE INDEX payloads_unsettled ON payloads (updated, payload_id)
    WHERE state IN ('CLAIMED', 'PROCESSING') OR effects_pending = 1;

  CREATE TABLE payload_transitions (
    payload_id TEXT NOT NULL,
    version    INTEGER NOT NULL,
    from_state TEXT NOT NULL,
    to_state   TEXT NOT NULL,
    execution  TEXT NOT NULL,
    attempt    INTEGER NOT NULL,
    at         TEXT NOT NULL,
    actor      TEXT NOT NULL,
    reason     TEXT NOT NULL,
    PRIMARY KEY (payload_id, version)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE payload_counts (
    workflow    TEXT NOT NULL,
    collections TEXT NOT NULL,
    state       TEXT NOT NULL,
    count       INTEGER NOT NULL CHECK (count >= 0),
    PRIMARY KEY (workflow, collections, state)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE messages (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    queue      TEXT NOT NULL,
    id         TEXT NOT NULL,
    message_id TEXT NOT NULL,
    body       TEXT NOT NULL,
    sent_at    INTEGER NOT NULL,
    visible_at INTEGER NOT NULL,
    receives   INTEGER NOT NULL DEFAULT 0,
    receipt    TEXT,
    reason     TEXT,
    UNIQUE (queue, id)
  ) STRICT;
  CREATE INDEX messages_visible ON messages (queue, visible_at, sent_at, receipt);

  CREATE TABLE message_ids (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    queue   TEXT NOT NULL,
    id      TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    UNIQUE (queue, id)
  ) STRICT;

  CREATE TABLE dead_letters (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    queue      TEXT NOT NULL,
    id         TEXT NOT NULL,
    message_id TEXT NOT NULL,
    body       TEXT NOT NULL,
    sent_at    INTEGER NOT NULL,
    died_at    INTEGER NOT NULL,
    receives   INTEGER NOT NULL,
    reason     TEXT,
    UNIQUE (queue, message_id)
  ) STRICT;

  CREATE TABLE message_outcomes (
    message    TEXT PRIMARY KEY,
    outcome    TEXT NOT NULL,
    at         TEXT NOT NULL,
    payload_id TEXT,
    execution  TEXT,
    reason     TEXT
  ) STRICT;

  CREATE TABLE announcements (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    topic      TEXT NOT NULL,
    id         TEXT NOT NULL,
    body       TEXT NOT NULL,
    attributes TEXT NOT NULL,
    at         TEXT NOT NULL,
    UNIQUE (topic, id)
  ) STRICT;
  CREATE INDEX announcements_topic ON announcements (topic, seq);

  CREATE TABLE rejections (
    id         TEXT PRIMARY KEY,
    at         TEXT NOT NULL,
    code       TEXT NOT NULL,
    reason     TEXT NOT NULL,
    payload_id TEXT,
    raw        TEXT NOT NULL
  ) STRICT;
  CREATE INDEX rejections_at ON rejections (at, id);

  CREATE TABLE definitions (
    hash       TEXT PRIMARY KEY,
    definition TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE executions (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    workflow        TEXT NOT NULL,
    name            TEXT NOT NULL,
    arn             TEXT NOT NULL,
    machine_arn     TEXT NOT NULL,
    definition_hash TEXT NOT NULL REFERENCES definitions (hash),
    status          TEXT NOT NULL,
    input           TEXT NOT NULL,
    output          TEXT,
    error           TEXT,
    cause           TEXT,
    started_at      TEXT NOT NULL,
    stopped_at      TEXT,
    owner           TEXT NOT NULL,
    events          INTEGER NOT NULL DEFAULT 0,
    UNIQUE (workflow, name)
  ) STRICT;
  CREATE INDEX executions_running ON executions (seq) WHERE status = 'RUNNING';

  -- key = execution * 32768 + id, for a history has at most 25,000 events: one tree, and each history in one piece.
  CREATE TABLE execution_events (
    key         INTEGER PRIMARY KEY,
    previous_id INTEGER NOT NULL,
    type        TEXT NOT NULL,
    at          TEXT NOT NULL,
    path        TEXT NOT NULL,
    details     TEXT NOT NULL
  ) STRICT;

  CREATE TABLE runtimes (
    id         TEXT PRIMARY KEY,
    pid        INTEGER NOT NULL,
    identity   TEXT NOT NULL,
    started_at TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE executions ADD COLUMN redrives INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE executions ADD COLUMN redriven_at TEXT;
  `,
  `
  -- name is null while what belongs to the run is being removed. run: what it was loaded with, as JSON.
  CREATE TABLE bulk_runs (
    key         INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT UNIQUE,
    state       TEXT NOT NULL,
    reason      TEXT,
    stored      INTEGER NOT NULL DEFAULT 0,
    run         TEXT NOT NULL,
    created     TEXT NOT NULL,
    updated     TEXT NOT NULL,
    finished_at TEXT
  ) STRICT;

  CREATE TABLE bulk_counts (
    run       INTEGER PRIMARY KEY,
    queued    INTEGER NOT NULL DEFAULT 0 CHECK (queued >= 0),
    running   INTEGER NOT NULL DEFAULT 0 CHECK (running >= 0),
    done      INTEGER NOT NULL DEFAULT 0 CHECK (done >= 0),
    failed    INTEGER NOT NULL DEFAULT 0 CHECK (failed >= 0),
    cancelled INTEGER NOT NULL DEFAULT 0 CHECK (cancelled >= 0),
    attempts  INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0)
  ) STRICT;

  -- key = run * 2^32 + position: a run is one piece of each tree, in the order of its file.
  CREATE TABLE bulk_entries (
    key  INTEGER PRIMARY KEY,
    run  INTEGER NOT NULL,
    id   TEXT NOT NULL,
    line INTEGER,
    data TEXT NOT NULL,
    UNIQUE (run, id)
  ) STRICT;

  -- Apart from bulk_entries, so that a change of state never writes an entry's data again.
  -- due, until: milliseconds since 1970; due is 0 for what waits without a delay. turn counts the leases.
  CREATE TABLE bulk_states (
    key      INTEGER PRIMARY KEY,
    run      INTEGER NOT NULL,
    state    TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    turn     INTEGER NOT NULL DEFAULT 0,
    due      INTEGER NOT NULL DEFAULT 0,
    worker   INTEGER,
    until    INTEGER,
    retries  TEXT,
    reason   TEXT,
    updated  INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX bulk_states_waiting ON bulk_states (run, due) WHERE state = 'QUEUED';
  CREATE INDEX bulk_states_leased ON bulk_states (run, until) WHERE state = 'RUNNING';
  CREATE INDEX bulk_states_failed ON bulk_states (run) WHERE state = 'FAILED';
  CREATE INDEX bulk_states_cancelled ON bulk_states (run) WHERE state = 'CANCELLED';

  CREATE TABLE bulk_attempts (
    entry       INTEGER NOT NULL,
    attempt     INTEGER NOT NULL,
    worker      INTEGER NOT NULL,
    started_at  TEXT NOT NULL,
    ended_at    TEXT,
    outcome     TEXT,
    result      TEXT,
    error       TEXT,
    exit_code   INTEGER,
    signal      TEXT,
    peak_memory REAL,
    cpu_ms      REAL,
    log         TEXT,
    PRIMARY KEY (entry, attempt)
  ) STRICT, WITHOUT ROWID;

  -- record is null for a worker that takes entries and has not said what it is.
  CREATE TABLE bulk_workers (
    key      INTEGER PRIMARY KEY AUTOINCREMENT,
    run      INTEGER NOT NULL,
    worker   TEXT NOT NULL,
    host     TEXT NOT NULL DEFAULT '',
    pid      INTEGER,
    identity TEXT,
    ended    INTEGER NOT NULL DEFAULT 0,
    record   TEXT,
    UNIQUE (run, worker)
  ) STRICT;
  CREATE INDEX bulk_workers_live ON bulk_workers (run) WHERE ended = 0;
  `,
  `
  -- record: what is known between two turns, as JSON. registration: the one that its iteration works with.
  -- until: milliseconds since 1970; holder is null where nobody drives the loop.
  CREATE TABLE loop_loops (
    loop         TEXT PRIMARY KEY,
    fence        INTEGER NOT NULL,
    holder       TEXT,
    until        INTEGER NOT NULL,
    registration TEXT,
    record       TEXT NOT NULL
  ) STRICT;

  -- The newest has the highest key; one that comes back gets a new one.
  CREATE TABLE loop_registrations (
    key          INTEGER PRIMARY KEY,
    id           TEXT NOT NULL UNIQUE,
    registration TEXT NOT NULL
  ) STRICT;

  -- execution and ended: as JSON, what it began with and how it ended without its result.
  CREATE TABLE loop_executions (
    key       INTEGER PRIMARY KEY,
    id        TEXT NOT NULL UNIQUE,
    task      TEXT NOT NULL,
    codops    TEXT NOT NULL,
    outcome   TEXT,
    execution TEXT NOT NULL,
    ended     TEXT,
    result    TEXT
  ) STRICT;
  CREATE INDEX loop_executions_task ON loop_executions (task, id);
  CREATE INDEX loop_executions_codops ON loop_executions (codops, id);

  CREATE TABLE loop_tasks (
    task        TEXT PRIMARY KEY,
    codops      TEXT NOT NULL,
    name        TEXT NOT NULL,
    loop        TEXT NOT NULL,
    last        TEXT NOT NULL,
    last_ended  TEXT,
    kept        INTEGER NOT NULL CHECK (kept >= 0),
    succeeded   INTEGER NOT NULL DEFAULT 0,
    failed      INTEGER NOT NULL DEFAULT 0,
    timed_out   INTEGER NOT NULL DEFAULT 0,
    cancelled   INTEGER NOT NULL DEFAULT 0,
    lost        INTEGER NOT NULL DEFAULT 0,
    duration_ms REAL NOT NULL DEFAULT 0,
    streak      INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX loop_tasks_codops ON loop_tasks (codops, task);

  -- kind: pause-loop, pause-task, run-now, pin or cancel; target: a loop, a task or an execution.
  CREATE TABLE loop_requests (
    kind    TEXT NOT NULL,
    target  TEXT NOT NULL,
    request TEXT NOT NULL,
    PRIMARY KEY (kind, target)
  ) STRICT, WITHOUT ROWID;

  -- Executions whose records are gone, and whose files are still there.
  CREATE TABLE loop_leftovers (
    execution TEXT PRIMARY KEY
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- action: as JSON. id: a UUID of version 7, so that its order is that of the beginnings.
  CREATE TABLE actions (
    id      TEXT PRIMARY KEY,
    state   TEXT NOT NULL,
    version INTEGER NOT NULL,
    action  TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX actions_running ON actions (id) WHERE state = 'RUNNING';
  `,
  `
  -- organisation is '' where a payload has none.
  CREATE TABLE payload_facets (
    id           INTEGER PRIMARY KEY,
    workflow     TEXT NOT NULL,
    collections  TEXT NOT NULL,
    organisation TEXT NOT NULL,
    state        TEXT NOT NULL,
    count        INTEGER NOT NULL CHECK (count >= 0),
    UNIQUE (workflow, collections, organisation, state)
  ) STRICT;
  INSERT INTO payload_facets (workflow, collections, organisation, state, count)
    SELECT workflow, collections, '', state, count(*) FROM payloads GROUP BY workflow, collections, state;
  DROP TABLE payload_counts;

  DROP INDEX payloads_updated;
  DROP INDEX payloads_workflow;
  DROP INDEX payloads_workflow_state;
  DROP INDEX payloads_collections;
  DROP INDEX payloads_state;
  ALTER TABLE payloads ADD COLUMN organisation TEXT;
  ALTER TABLE payloads ADD COLUMN facet INTEGER;
  UPDATE payloads SET facet = (
    SELECT id FROM payload_facets
    WHERE workflow = payloads.workflow AND collections = payloads.collections AND state = payloads.state
  );
  -- What lists filter and sort by is in each of them: rows are read only of what a page shows.
  CREATE INDEX payloads_updated ON payloads (updated, payload_id, facet, error);
  CREATE INDEX payloads_facet ON payloads (facet, updated, payload_id, error);
  CREATE INDEX payloads_id ON payloads (payload_id, updated, facet, error);
  CREATE INDEX payloads_error ON payloads (error, updated, payload_id, facet) WHERE error IS NOT NULL;

  -- interval: 5min, hour or day. once: payloads that came into the state, each counted once.
  CREATE TABLE payload_activity (
    interval TEXT NOT NULL,
    period   TEXT NOT NULL,
    workflow TEXT NOT NULL,
    state    TEXT NOT NULL,
    count    INTEGER NOT NULL,
    once     INTEGER NOT NULL,
    PRIMARY KEY (interval, period, workflow, state)
  ) STRICT, WITHOUT ROWID;
  WITH entered AS MATERIALIZED (
    SELECT payload_id, workflow, to_state AS state, unixepoch(at) AS seconds
    FROM payload_transitions JOIN payloads USING (payload_id)
  ), intervals (interval, length) AS (VALUES ('5min', 300), ('hour', 3600), ('day', 86400))
  INSERT INTO payload_activity
    SELECT interval, strftime('%Y-%m-%dT%H:%M:%S.000Z', seconds / length * length, 'unixepoch') AS period, workflow, state,
           count(*), count(DISTINCT payload_id)
    FROM entered, intervals GROUP BY interval, period, workflow, state;

  CREATE INDEX message_outcomes_payload ON message_outcomes (payload_id, at) WHERE payload_id IS NOT NULL;
  `,
  `
  -- While a payload waits for others: when its time is over.
  ALTER TABLE payloads ADD COLUMN waits_until TEXT;
  `,
];

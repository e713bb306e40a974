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
];

-- Times are integer milliseconds since 1970 (UTC). Ids are the 16 bytes of a ULID; the prefix (evt_, dlv_ ...) is added by the reader.
-- "seq" is SQLite's rowid: joins and the hot path use it, the outside never sees it.

CREATE TABLE process_state (
  name  TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE route_sets (
  seq    INTEGER PRIMARY KEY,
  id     TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  routes TEXT NOT NULL
) STRICT;

CREATE TABLE events (
  seq                  INTEGER PRIMARY KEY,
  id                   BLOB NOT NULL,
  source               TEXT NOT NULL,
  platform             TEXT NOT NULL,
  external_id          TEXT,
  type                 TEXT NOT NULL,
  kind                 TEXT NOT NULL,
  mode                 TEXT,
  test                 INTEGER NOT NULL,
  time                 INTEGER,
  received_at          INTEGER NOT NULL,
  received_day         INTEGER NOT NULL,
  format               INTEGER NOT NULL,
  size                 INTEGER NOT NULL,
  sha256               BLOB NOT NULL,
  payment_id           TEXT,
  payment_status       TEXT,
  checkout_id          TEXT,
  order_id             TEXT,
  subscription_id      TEXT,
  customer_name        TEXT,
  customer_email       TEXT,
  currency             TEXT,
  amount_minor         INTEGER,
  amount_scaled        INTEGER,
  batch_id             BLOB,
  late                 INTEGER NOT NULL,
  duplicate_keys       INTEGER NOT NULL,
  suspected_replay     INTEGER NOT NULL,
  unreadable           TEXT,
  route_set            INTEGER NOT NULL REFERENCES route_sets (seq),
  verdicts             BLOB NOT NULL,
  duplicate_count      INTEGER NOT NULL DEFAULT 0,
  duplicate_last       INTEGER,
  duplicate_identical  INTEGER NOT NULL DEFAULT 1,
  normal_form          BLOB NOT NULL,
  CHECK (length(id) = 16),
  CHECK ((duplicate_count = 0) = (duplicate_last IS NULL))
) STRICT;

CREATE UNIQUE INDEX ux_events_id ON events (id);
CREATE INDEX ix_events_received ON events (received_at);
CREATE INDEX ix_events_source ON events (source, received_at);
CREATE INDEX ix_events_kind ON events (kind, received_at);
CREATE INDEX ix_events_payment ON events (payment_id, received_at) WHERE payment_id IS NOT NULL;
CREATE INDEX ix_events_checkout ON events (checkout_id, received_at) WHERE checkout_id IS NOT NULL;
CREATE INDEX ix_events_order ON events (order_id, received_at) WHERE order_id IS NOT NULL;
CREATE INDEX ix_events_email ON events (customer_email, received_at) WHERE customer_email IS NOT NULL;
CREATE INDEX ix_events_external ON events (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX ix_events_amount ON events (amount_scaled, received_at) WHERE amount_scaled IS NOT NULL;
CREATE INDEX ix_events_type ON events (type, received_at);
CREATE INDEX ix_events_test ON events (mode, received_at) WHERE mode = 'test';

-- Bodies have a shorter life than their events, so they stand apart.
CREATE TABLE event_bodies (
  event_seq  INTEGER PRIMARY KEY REFERENCES events (seq) ON DELETE CASCADE,
  headers    BLOB NOT NULL,
  body       BLOB NOT NULL,
  batch_body BLOB
) STRICT;

-- Kept apart from the life of events: a repeat is known as one although the first is long gone.
CREATE TABLE dedupe_keys (
  source     TEXT NOT NULL,
  key        BLOB NOT NULL,
  event_id   BLOB NOT NULL,
  expires_at INTEGER,
  PRIMARY KEY (source, key),
  CHECK (length(key) = 16)
) STRICT, WITHOUT ROWID;

CREATE INDEX ix_dedupe_keys_expires ON dedupe_keys (expires_at) WHERE expires_at IS NOT NULL;

-- Bodies of senders whose event id stands outside the signature: the same body under another id is a suspected replay.
CREATE TABLE dedupe_bodies (
  source     TEXT NOT NULL,
  key        BLOB NOT NULL,
  event_id   BLOB NOT NULL,
  expires_at INTEGER,
  PRIMARY KEY (source, key),
  CHECK (length(key) = 16)
) STRICT, WITHOUT ROWID;

CREATE INDEX ix_dedupe_bodies_expires ON dedupe_bodies (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE deliveries (
  seq             INTEGER PRIMARY KEY,
  id              BLOB NOT NULL,
  event_seq       INTEGER NOT NULL REFERENCES events (seq) ON DELETE CASCADE,
  route           TEXT NOT NULL,
  route_revision  INTEGER NOT NULL,
  destination     TEXT NOT NULL,
  state           TEXT NOT NULL,
  reason          TEXT,
  leased          INTEGER NOT NULL,
  lease_seq       INTEGER NOT NULL,
  attempt_count   INTEGER NOT NULL DEFAULT 0,
  code_timeouts   INTEGER NOT NULL DEFAULT 0,
  created_at      INTEGER NOT NULL,
  next_attempt_at INTEGER,
  finished_at     INTEGER,
  first           INTEGER NOT NULL,
  replay_of       BLOB,
  replay_id       BLOB,
  remote_id       TEXT,
  rendered_type   TEXT,
  rendered_body   BLOB,
  rendered_fields BLOB,
  CHECK (length(id) = 16),
  CHECK (CASE state
    WHEN 'pending' THEN next_attempt_at IS NOT NULL AND finished_at IS NULL
    WHEN 'held' THEN finished_at IS NULL
    WHEN 'delivered' THEN finished_at IS NOT NULL AND next_attempt_at IS NULL AND leased = 0
    WHEN 'skipped' THEN finished_at IS NOT NULL AND next_attempt_at IS NULL AND leased = 0
    WHEN 'refused' THEN finished_at IS NOT NULL AND next_attempt_at IS NULL AND leased = 0
    WHEN 'exhausted' THEN finished_at IS NOT NULL AND next_attempt_at IS NULL AND leased = 0
    WHEN 'cancelled' THEN finished_at IS NOT NULL AND next_attempt_at IS NULL AND leased = 0
    ELSE 0 END)
) STRICT;

CREATE UNIQUE INDEX ux_deliveries_id ON deliveries (id);
CREATE INDEX ix_deliveries_event ON deliveries (event_seq);
CREATE INDEX ix_deliveries_created ON deliveries (created_at);
CREATE INDEX ix_deliveries_route ON deliveries (route, created_at);
CREATE INDEX ix_deliveries_destination ON deliveries (destination, created_at);
-- The lanes: what waits, by destination. Small as long as nothing is wrong.
CREATE INDEX ix_deliveries_pending ON deliveries (destination, leased, next_attempt_at) WHERE state = 'pending';
CREATE INDEX ix_deliveries_held ON deliveries (next_attempt_at) WHERE state = 'held';
CREATE INDEX ix_deliveries_stuck ON deliveries (state, created_at) WHERE state IN ('held', 'refused', 'exhausted', 'cancelled');

CREATE TABLE attempts (
  seq             INTEGER PRIMARY KEY,
  id              BLOB NOT NULL,
  delivery_seq    INTEGER NOT NULL REFERENCES deliveries (seq) ON DELETE CASCADE,
  number          INTEGER NOT NULL,
  started_at      INTEGER NOT NULL,
  duration_ms     INTEGER NOT NULL,
  outcome         TEXT NOT NULL,
  phase           TEXT NOT NULL,
  blame           TEXT,
  status          INTEGER,
  error           TEXT,
  next_attempt_at INTEGER,
  request         BLOB,
  response        BLOB
) STRICT;

CREATE INDEX ix_attempts_delivery ON attempts (delivery_seq);
CREATE INDEX ix_attempts_failed ON attempts (started_at) WHERE outcome <> 'delivered';

CREATE TABLE rejections (
  seq         INTEGER PRIMARY KEY,
  id          BLOB NOT NULL,
  source      TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  code        TEXT NOT NULL,
  text        TEXT NOT NULL,
  status      INTEGER NOT NULL,
  remote_ip   TEXT,
  method      TEXT NOT NULL,
  target      BLOB NOT NULL,
  headers     BLOB NOT NULL,
  body        BLOB NOT NULL,
  size        INTEGER NOT NULL,
  accepted_event BLOB
) STRICT;

CREATE UNIQUE INDEX ux_rejections_id ON rejections (id);
CREATE INDEX ix_rejections_received ON rejections (received_at);
CREATE INDEX ix_rejections_code ON rejections (source, code);

-- How often a source was refused, by code and day: the rest of what is only counted.
CREATE TABLE rejection_counts (
  source TEXT NOT NULL,
  code   TEXT NOT NULL,
  day    INTEGER NOT NULL,
  total  INTEGER NOT NULL,
  kept   INTEGER NOT NULL,
  PRIMARY KEY (source, code, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE config_items (
  kind       TEXT NOT NULL,
  name       TEXT NOT NULL,
  revision   INTEGER NOT NULL,
  json       TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  changed_by TEXT NOT NULL,
  PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;

-- Every revision that ever was; json is null where the item was deleted. Deliveries pin (route, revision).
CREATE TABLE config_revisions (
  kind       TEXT NOT NULL,
  name       TEXT NOT NULL,
  revision   INTEGER NOT NULL,
  json       TEXT,
  changed_at INTEGER NOT NULL,
  changed_by TEXT NOT NULL,
  PRIMARY KEY (kind, name, revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE config_secrets (
  kind   TEXT NOT NULL,
  name   TEXT NOT NULL,
  field  TEXT NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (kind, name, field)
) STRICT, WITHOUT ROWID;

-- Secrets that belong to no item: the sign-in keys of the web server and the like.
CREATE TABLE sealed_values (
  kind       TEXT NOT NULL,
  name       TEXT NOT NULL,
  sealed     BLOB NOT NULL,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE list_items (
  list       TEXT NOT NULL,
  value      TEXT NOT NULL,
  expires_at INTEGER,
  PRIMARY KEY (list, value)
) STRICT, WITHOUT ROWID;

CREATE INDEX ix_list_items_expires ON list_items (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE api_keys (
  id           TEXT NOT NULL PRIMARY KEY,
  name         TEXT NOT NULL,
  sha256       BLOB NOT NULL UNIQUE,
  scopes       TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  created_by   TEXT NOT NULL,
  expires_at   INTEGER,
  last_used_at INTEGER,
  revoked_at   INTEGER,
  CHECK (length(sha256) = 32)
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
  name          TEXT NOT NULL PRIMARY KEY,
  password_hash TEXT NOT NULL,
  role          TEXT NOT NULL,
  stamp         TEXT NOT NULL,
  disabled      INTEGER NOT NULL,
  created_at    INTEGER NOT NULL,
  last_sign_in  INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  seq     INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  actor   TEXT NOT NULL,
  action  TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail  TEXT
) STRICT;

CREATE INDEX ix_audit_subject ON audit (subject, at);
CREATE INDEX ix_audit_at ON audit (at);

CREATE TABLE idempotency_keys (
  scope        TEXT NOT NULL,
  key          TEXT NOT NULL,
  request_hash BLOB NOT NULL,
  status       INTEGER NOT NULL,
  content_type TEXT,
  body         BLOB NOT NULL,
  created_at   INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX ix_idempotency_created ON idempotency_keys (created_at);

-- Destinations that a person (or three answers of 401/403 in a row) has stopped.
CREATE TABLE destination_holds (
  destination TEXT NOT NULL PRIMARY KEY,
  reason      TEXT NOT NULL,
  since       INTEGER NOT NULL,
  actor       TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE replays (
  seq         INTEGER PRIMARY KEY,
  id          BLOB NOT NULL UNIQUE,
  created_at  INTEGER NOT NULL,
  created_by  TEXT NOT NULL,
  request     TEXT NOT NULL,
  state       TEXT NOT NULL,
  total       INTEGER NOT NULL,
  events      INTEGER NOT NULL,
  created     INTEGER NOT NULL,
  left_out    INTEGER NOT NULL,
  cursor      INTEGER NOT NULL,
  error       TEXT,
  finished_at INTEGER,
  CHECK (state IN ('running', 'done', 'cancelled', 'failed')),
  CHECK ((state = 'running') = (finished_at IS NULL))
) STRICT;

CREATE TABLE inbox (
  seq          INTEGER PRIMARY KEY,
  destination  TEXT NOT NULL,
  delivery_id  TEXT NOT NULL,
  event_id     TEXT NOT NULL,
  received_at  INTEGER NOT NULL,
  content_type TEXT NOT NULL,
  test         INTEGER NOT NULL,
  body         BLOB NOT NULL
) STRICT;

CREATE INDEX ix_inbox_destination ON inbox (destination);
CREATE UNIQUE INDEX ux_inbox_delivery ON inbox (destination, delivery_id);

CREATE TABLE alerts (
  seq         INTEGER PRIMARY KEY,
  code        TEXT NOT NULL,
  subject     TEXT NOT NULL,
  text        TEXT NOT NULL,
  first_at    INTEGER NOT NULL,
  last_at     INTEGER NOT NULL,
  count       INTEGER NOT NULL,
  resolved_at INTEGER
) STRICT;

CREATE UNIQUE INDEX ux_alerts_open ON alerts (code, subject) WHERE resolved_at IS NULL;
CREATE INDEX ix_alerts_last ON alerts (last_at);

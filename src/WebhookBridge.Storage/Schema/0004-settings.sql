-- What administrators set for the gateway itself, a JSON document by name.
CREATE TABLE settings (
  name       TEXT NOT NULL PRIMARY KEY,
  json       TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  changed_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

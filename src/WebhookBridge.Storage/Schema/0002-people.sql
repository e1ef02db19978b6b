-- How a person reads the console; null = not chosen.
ALTER TABLE users ADD COLUMN language TEXT;
ALTER TABLE users ADD COLUMN time_zone TEXT;

-- Who is signed in where. The key is the SHA-256 of a token that only the browser has; a session whose stamp is not its person's is over.
CREATE TABLE sessions (
  key        BLOB NOT NULL PRIMARY KEY,
  user       TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
  stamp      TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  seen_at    INTEGER NOT NULL,
  address    TEXT NOT NULL,
  agent      TEXT NOT NULL,
  CHECK (length(key) = 32)
) STRICT, WITHOUT ROWID;

CREATE INDEX ix_sessions_user ON sessions (user);

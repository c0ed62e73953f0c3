-- Collecting: what was asked for, what came, where it lies, what was read from it, and what is due next.

-- every attempt has an outcome; one that was never finished has no row, and its address is still due
CREATE TABLE attempts (
  attempt_id INTEGER PRIMARY KEY,
  seq        INTEGER NOT NULL REFERENCES sequence,
  purpose    TEXT NOT NULL,
  outlet_id  TEXT NOT NULL,
  feed_id    TEXT,
  url        TEXT NOT NULL,
  started_us INTEGER NOT NULL,
  ended_us   INTEGER NOT NULL,
  outcome    TEXT NOT NULL,
  status     INTEGER,
  bytes      INTEGER NOT NULL,
  hops       INTEGER NOT NULL,
  detail     TEXT NOT NULL
);

-- one row a record in the archive that counts; `offset` and `length` are of its compressed bytes
CREATE TABLE captures (
  capture_id     INTEGER PRIMARY KEY,
  seq            INTEGER NOT NULL REFERENCES sequence,
  attempt_id     INTEGER REFERENCES attempts,
  import_id      INTEGER REFERENCES import_runs,
  purpose        TEXT NOT NULL,
  outlet_id      TEXT NOT NULL,
  feed_id        TEXT,
  url            TEXT NOT NULL,
  file           TEXT NOT NULL,
  offset         INTEGER NOT NULL,
  length         INTEGER NOT NULL,
  record_sha256  TEXT NOT NULL,
  payload_sha256 TEXT NOT NULL,
  kind           TEXT NOT NULL,
  fetched_us     INTEGER NOT NULL,
  status         INTEGER NOT NULL,
  content_type   TEXT NOT NULL,
  record_id      TEXT NOT NULL,
  refers_to      TEXT NOT NULL,
  UNIQUE (file, offset)
);

CREATE INDEX captures_by_url ON captures (url, fetched_us);
CREATE INDEX captures_by_record ON captures (record_id);
CREATE INDEX captures_by_payload ON captures (payload_sha256);

-- how far each file of the archive is committed: the largest end holds
CREATE TABLE archive_ends (
  file TEXT NOT NULL,
  end  INTEGER NOT NULL,
  seq  INTEGER NOT NULL REFERENCES sequence,
  PRIMARY KEY (file, end)
) WITHOUT ROWID;

-- what was read from a capture; the latest row of a capture holds. A capture without one is still to be read.
CREATE TABLE readings (
  capture_id INTEGER NOT NULL REFERENCES captures,
  seq        INTEGER NOT NULL REFERENCES sequence,
  outcome    TEXT NOT NULL,            -- article, look, feed, sitemap, unchanged, or why it was dropped
  article_id TEXT,
  revision   TEXT,
  basis      TEXT NOT NULL,            -- the topics' profiles that were looked for
  detail     TEXT NOT NULL,            -- JSON
  PRIMARY KEY (capture_id, seq)
) WITHOUT ROWID;

CREATE INDEX readings_by_article ON readings (article_id);

-- what each reading of a feed brought; entries = fresh + kept
CREATE TABLE feed_polls (
  feed_id TEXT NOT NULL,
  at_us   INTEGER NOT NULL,
  seq     INTEGER NOT NULL REFERENCES sequence,
  outcome TEXT NOT NULL,
  entries INTEGER NOT NULL,
  fresh   INTEGER NOT NULL,
  PRIMARY KEY (feed_id, at_us)
) WITHOUT ROWID;

-- parts of an imported file that are no rows (records of other kinds, of nobody's domain), counted by reason
CREATE TABLE import_drops (
  import_id INTEGER NOT NULL REFERENCES import_runs,
  seq       INTEGER NOT NULL REFERENCES sequence,
  reason    TEXT NOT NULL,
  n         INTEGER NOT NULL,
  PRIMARY KEY (import_id, seq, reason)
) WITHOUT ROWID;

-- ------------------------------------------------------------ what is due: rows here change, no number uses them

CREATE TABLE plans (
  kind  TEXT NOT NULL,                 -- feed, sitemap, host
  name  TEXT NOT NULL,                 -- feed id, address or host
  state TEXT NOT NULL,                 -- JSON
  PRIMARY KEY (kind, name)
) WITHOUT ROWID;

CREATE TABLE page_queue (
  key       TEXT PRIMARY KEY,          -- address key
  url       TEXT NOT NULL,
  host      TEXT NOT NULL,
  outlet_id TEXT NOT NULL,
  feed_id   TEXT,
  found_us  INTEGER NOT NULL,
  state     TEXT NOT NULL,             -- waiting, done, given_up
  tries     INTEGER NOT NULL,
  due_us    INTEGER NOT NULL,
  outcome   TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX page_queue_waiting ON page_queue (state, host, due_us);

CREATE TABLE quarantine (
  key      TEXT PRIMARY KEY,           -- SHA-256 over function and input
  function TEXT NOT NULL,
  kills    INTEGER NOT NULL,
  reason   TEXT NOT NULL,
  at_us    INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TRIGGER attempts_no_update BEFORE UPDATE ON attempts BEGIN SELECT RAISE(ABORT, 'attempts is append-only'); END;
CREATE TRIGGER attempts_no_delete BEFORE DELETE ON attempts BEGIN SELECT RAISE(ABORT, 'attempts is append-only'); END;
CREATE TRIGGER captures_no_update BEFORE UPDATE ON captures BEGIN SELECT RAISE(ABORT, 'captures is append-only'); END;
CREATE TRIGGER captures_no_delete BEFORE DELETE ON captures BEGIN SELECT RAISE(ABORT, 'captures is append-only'); END;
CREATE TRIGGER archive_ends_no_update BEFORE UPDATE ON archive_ends BEGIN SELECT RAISE(ABORT, 'archive_ends is append-only'); END;
CREATE TRIGGER archive_ends_no_delete BEFORE DELETE ON archive_ends BEGIN SELECT RAISE(ABORT, 'archive_ends is append-only'); END;
CREATE TRIGGER readings_no_update BEFORE UPDATE ON readings BEGIN SELECT RAISE(ABORT, 'readings is append-only'); END;
CREATE TRIGGER readings_no_delete BEFORE DELETE ON readings BEGIN SELECT RAISE(ABORT, 'readings is append-only'); END;
CREATE TRIGGER feed_polls_no_update BEFORE UPDATE ON feed_polls BEGIN SELECT RAISE(ABORT, 'feed_polls is append-only'); END;
CREATE TRIGGER feed_polls_no_delete BEFORE DELETE ON feed_polls BEGIN SELECT RAISE(ABORT, 'feed_polls is append-only'); END;
CREATE TRIGGER import_drops_no_update BEFORE UPDATE ON import_drops BEGIN SELECT RAISE(ABORT, 'import_drops is append-only'); END;
CREATE TRIGGER import_drops_no_delete BEFORE DELETE ON import_drops BEGIN SELECT RAISE(ABORT, 'import_drops is append-only'); END;

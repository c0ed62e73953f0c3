-- Moments are whole microseconds since 1970 in UTC (columns *_us). Tables with a `seq` are append-only:
-- a later row replaces an earlier one for readers, it never overwrites it.

CREATE TABLE sequence (
  seq   INTEGER PRIMARY KEY AUTOINCREMENT,
  kind  TEXT NOT NULL,
  at_us INTEGER NOT NULL
);

-- ------------------------------------------------------------ outlets

CREATE TABLE outlet_versions (
  outlet_id    TEXT NOT NULL,
  seq          INTEGER NOT NULL REFERENCES sequence,
  name         TEXT NOT NULL,
  domains      TEXT NOT NULL,          -- JSON list
  outlet_class TEXT NOT NULL,
  place        TEXT,
  timezone     TEXT NOT NULL,
  language     TEXT NOT NULL,
  feeds        TEXT NOT NULL,          -- JSON list of {feed_id, url, name}
  sitemaps     TEXT NOT NULL,          -- JSON list
  status       TEXT NOT NULL,
  note         TEXT NOT NULL,
  PRIMARY KEY (outlet_id, seq)
) WITHOUT ROWID;

CREATE TABLE class_versions (
  name       TEXT NOT NULL,
  seq        INTEGER NOT NULL REFERENCES sequence,
  definition TEXT NOT NULL,
  PRIMARY KEY (name, seq)
) WITHOUT ROWID;

CREATE TABLE configured_feeds (
  collector TEXT NOT NULL,
  feed_id   TEXT NOT NULL,
  seq       INTEGER NOT NULL REFERENCES sequence,
  outlet_id TEXT NOT NULL,
  url       TEXT NOT NULL,
  name      TEXT NOT NULL,
  PRIMARY KEY (collector, feed_id, seq)
) WITHOUT ROWID;

-- ------------------------------------------------------------ collection and import

CREATE TABLE collector_runs (
  collector TEXT NOT NULL,
  at_us     INTEGER NOT NULL,
  seq       INTEGER NOT NULL REFERENCES sequence,
  PRIMARY KEY (collector, at_us)
) WITHOUT ROWID;

CREATE TABLE import_runs (
  import_id   INTEGER PRIMARY KEY,
  seq         INTEGER NOT NULL REFERENCES sequence,
  kind        TEXT NOT NULL,
  file_name   TEXT NOT NULL,
  file_sha256 TEXT NOT NULL,
  file_size   INTEGER NOT NULL,
  mapping     TEXT NOT NULL,           -- JSON object
  started_us  INTEGER NOT NULL
);

-- one row a batch: rows = accepted + known + refused
CREATE TABLE import_counts (
  import_id INTEGER NOT NULL REFERENCES import_runs,
  seq       INTEGER NOT NULL REFERENCES sequence,
  batch_no  INTEGER,
  rows      INTEGER NOT NULL,
  accepted  INTEGER NOT NULL,
  known     INTEGER NOT NULL,
  refused   INTEGER NOT NULL,
  PRIMARY KEY (import_id, seq),
  CHECK (rows = accepted + known + refused)
) WITHOUT ROWID;

CREATE TABLE import_ends (
  import_id   INTEGER PRIMARY KEY REFERENCES import_runs,
  seq         INTEGER NOT NULL REFERENCES sequence,
  finished_us INTEGER NOT NULL
);

CREATE TABLE refusals (
  import_id INTEGER NOT NULL REFERENCES import_runs,
  line      INTEGER NOT NULL,
  seq       INTEGER NOT NULL REFERENCES sequence,
  reason    TEXT NOT NULL,
  detail    TEXT NOT NULL,
  PRIMARY KEY (import_id, line, seq, reason)
) WITHOUT ROWID;

-- ------------------------------------------------------------ identity

-- key_hash: first 16 bytes of SHA-256 over the address key
CREATE TABLE addresses (
  key_hash   BLOB PRIMARY KEY,
  article_id TEXT NOT NULL,
  seq        INTEGER NOT NULL REFERENCES sequence
) WITHOUT ROWID;

-- other addresses of an article, in words
CREATE TABLE aliases (
  key        TEXT PRIMARY KEY,
  article_id TEXT NOT NULL,
  seq        INTEGER NOT NULL REFERENCES sequence
) WITHOUT ROWID;

-- key: the 8 bytes of article_id and the 8 of revision; first_us as written in the articles table
CREATE TABLE revisions (
  key      BLOB PRIMARY KEY,
  first_us INTEGER NOT NULL,
  month    TEXT NOT NULL,
  seq      INTEGER NOT NULL REFERENCES sequence
) WITHOUT ROWID;

CREATE TABLE sightings (
  key BLOB PRIMARY KEY
) WITHOUT ROWID;

CREATE TABLE text_keys (
  key BLOB PRIMARY KEY
) WITHOUT ROWID;

-- ------------------------------------------------------------ findings (each seq is a whole new list)

CREATE TABLE finding_lists (
  seq   INTEGER PRIMARY KEY REFERENCES sequence,
  kind  TEXT NOT NULL,
  basis TEXT NOT NULL                  -- JSON: what the list was computed from
);

CREATE TABLE clock_findings (
  seq       INTEGER NOT NULL REFERENCES finding_lists,
  place     INTEGER NOT NULL,
  outlet_id TEXT NOT NULL,
  feed_id   TEXT,
  kind      TEXT NOT NULL,
  shift_s   INTEGER NOT NULL,
  first_us  INTEGER NOT NULL,
  last_us   INTEGER NOT NULL,
  n         INTEGER NOT NULL,
  evidence  TEXT NOT NULL,
  PRIMARY KEY (seq, place)
) WITHOUT ROWID;

CREATE TABLE gaps (
  seq       INTEGER NOT NULL REFERENCES finding_lists,
  place     INTEGER NOT NULL,
  outlet_id TEXT NOT NULL,
  feed_id   TEXT,
  start_us  INTEGER NOT NULL,
  end_us    INTEGER NOT NULL,
  kind      TEXT NOT NULL,
  evidence  TEXT NOT NULL,
  PRIMARY KEY (seq, place)
) WITHOUT ROWID;

-- ------------------------------------------------------------ topics

CREATE TABLE profiles (
  profile_hash      TEXT PRIMARY KEY,
  topic_id          TEXT NOT NULL,
  seq               INTEGER NOT NULL REFERENCES sequence,
  text              TEXT NOT NULL,
  gazetteer_version TEXT NOT NULL
) WITHOUT ROWID;

-- ------------------------------------------------------------ corpus

CREATE TABLE corpus_commits (
  commit_no INTEGER PRIMARY KEY,
  seq       INTEGER NOT NULL REFERENCES sequence,
  batch_no  INTEGER NOT NULL,
  batch_id  TEXT NOT NULL,
  kind      TEXT NOT NULL CHECK (kind IN ('create', 'append', 'recover', 'compact', 'erase')),
  versions  TEXT NOT NULL,             -- JSON: table -> Delta version
  rows      TEXT NOT NULL,             -- JSON: table -> rows added
  at_us     INTEGER NOT NULL
);

CREATE TABLE erasures (
  text_hash TEXT NOT NULL,
  seq       INTEGER NOT NULL REFERENCES sequence,
  reason    TEXT NOT NULL,
  at_us     INTEGER NOT NULL,
  PRIMARY KEY (text_hash, seq)
) WITHOUT ROWID;

-- ------------------------------------------------------------ what came out

CREATE TABLE snapshots (
  snapshot_id  TEXT PRIMARY KEY,
  commit_no    INTEGER NOT NULL REFERENCES corpus_commits,
  versions     TEXT NOT NULL,
  desk_seq     INTEGER NOT NULL,
  hashes       TEXT NOT NULL,
  code_version TEXT NOT NULL,
  created_us   INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE reports (
  report_id   TEXT PRIMARY KEY,
  snapshot_id TEXT NOT NULL REFERENCES snapshots,
  topic_id    TEXT NOT NULL,
  parameters  TEXT NOT NULL,           -- JSON: everything else the report is a function of
  results     TEXT NOT NULL,           -- JSON: hashes of numbers and files
  created_us  INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE audit (
  n        INTEGER PRIMARY KEY,
  at_us    INTEGER NOT NULL,
  event    TEXT NOT NULL,
  payload  TEXT NOT NULL,              -- JSON, canonical
  previous TEXT NOT NULL,
  hash     TEXT NOT NULL
);

CREATE INDEX reports_by_topic ON reports (topic_id, created_us);
CREATE INDEX profiles_by_topic ON profiles (topic_id, seq);
CREATE INDEX refusals_by_reason ON refusals (import_id, reason);

-- ------------------------------------------------------------ nothing here is changed afterwards

CREATE TRIGGER sequence_no_update BEFORE UPDATE ON sequence BEGIN SELECT RAISE(ABORT, 'sequence is append-only'); END;
CREATE TRIGGER sequence_no_delete BEFORE DELETE ON sequence BEGIN SELECT RAISE(ABORT, 'sequence is append-only'); END;
CREATE TRIGGER outlet_versions_no_update BEFORE UPDATE ON outlet_versions BEGIN SELECT RAISE(ABORT, 'outlet_versions is append-only'); END;
CREATE TRIGGER outlet_versions_no_delete BEFORE DELETE ON outlet_versions BEGIN SELECT RAISE(ABORT, 'outlet_versions is append-only'); END;
CREATE TRIGGER class_versions_no_update BEFORE UPDATE ON class_versions BEGIN SELECT RAISE(ABORT, 'class_versions is append-only'); END;
CREATE TRIGGER class_versions_no_delete BEFORE DELETE ON class_versions BEGIN SELECT RAISE(ABORT, 'class_versions is append-only'); END;
CREATE TRIGGER configured_feeds_no_update BEFORE UPDATE ON configured_feeds BEGIN SELECT RAISE(ABORT, 'configured_feeds is append-only'); END;
CREATE TRIGGER configured_feeds_no_delete BEFORE DELETE ON configured_feeds BEGIN SELECT RAISE(ABORT, 'configured_feeds is append-only'); END;
CREATE TRIGGER collector_runs_no_update BEFORE UPDATE ON collector_runs BEGIN SELECT RAISE(ABORT, 'collector_runs is append-only'); END;
CREATE TRIGGER collector_runs_no_delete BEFORE DELETE ON collector_runs BEGIN SELECT RAISE(ABORT, 'collector_runs is append-only'); END;
CREATE TRIGGER import_runs_no_update BEFORE UPDATE ON import_runs BEGIN SELECT RAISE(ABORT, 'import_runs is append-only'); END;
CREATE TRIGGER import_runs_no_delete BEFORE DELETE ON import_runs BEGIN SELECT RAISE(ABORT, 'import_runs is append-only'); END;
CREATE TRIGGER import_counts_no_update BEFORE UPDATE ON import_counts BEGIN SELECT RAISE(ABORT, 'import_counts is append-only'); END;
CREATE TRIGGER import_counts_no_delete BEFORE DELETE ON import_counts BEGIN SELECT RAISE(ABORT, 'import_counts is append-only'); END;
CREATE TRIGGER import_ends_no_update BEFORE UPDATE ON import_ends BEGIN SELECT RAISE(ABORT, 'import_ends is append-only'); END;
CREATE TRIGGER import_ends_no_delete BEFORE DELETE ON import_ends BEGIN SELECT RAISE(ABORT, 'import_ends is append-only'); END;
CREATE TRIGGER refusals_no_update BEFORE UPDATE ON refusals BEGIN SELECT RAISE(ABORT, 'refusals is append-only'); END;
CREATE TRIGGER refusals_no_delete BEFORE DELETE ON refusals BEGIN SELECT RAISE(ABORT, 'refusals is append-only'); END;
CREATE TRIGGER addresses_no_update BEFORE UPDATE ON addresses BEGIN SELECT RAISE(ABORT, 'addresses is append-only'); END;
CREATE TRIGGER addresses_no_delete BEFORE DELETE ON addresses BEGIN SELECT RAISE(ABORT, 'addresses is append-only'); END;
CREATE TRIGGER aliases_no_update BEFORE UPDATE ON aliases BEGIN SELECT RAISE(ABORT, 'aliases is append-only'); END;
CREATE TRIGGER aliases_no_delete BEFORE DELETE ON aliases BEGIN SELECT RAISE(ABORT, 'aliases is append-only'); END;
CREATE TRIGGER revisions_no_update BEFORE UPDATE ON revisions BEGIN SELECT RAISE(ABORT, 'revisions is append-only'); END;
CREATE TRIGGER revisions_no_delete BEFORE DELETE ON revisions BEGIN SELECT RAISE(ABORT, 'revisions is append-only'); END;
CREATE TRIGGER sightings_no_update BEFORE UPDATE ON sightings BEGIN SELECT RAISE(ABORT, 'sightings is append-only'); END;
CREATE TRIGGER sightings_no_delete BEFORE DELETE ON sightings BEGIN SELECT RAISE(ABORT, 'sightings is append-only'); END;
CREATE TRIGGER finding_lists_no_update BEFORE UPDATE ON finding_lists BEGIN SELECT RAISE(ABORT, 'finding_lists is append-only'); END;
CREATE TRIGGER finding_lists_no_delete BEFORE DELETE ON finding_lists BEGIN SELECT RAISE(ABORT, 'finding_lists is append-only'); END;
CREATE TRIGGER clock_findings_no_update BEFORE UPDATE ON clock_findings BEGIN SELECT RAISE(ABORT, 'clock_findings is append-only'); END;
CREATE TRIGGER clock_findings_no_delete BEFORE DELETE ON clock_findings BEGIN SELECT RAISE(ABORT, 'clock_findings is append-only'); END;
CREATE TRIGGER gaps_no_update BEFORE UPDATE ON gaps BEGIN SELECT RAISE(ABORT, 'gaps is append-only'); END;
CREATE TRIGGER gaps_no_delete BEFORE DELETE ON gaps BEGIN SELECT RAISE(ABORT, 'gaps is append-only'); END;
CREATE TRIGGER profiles_no_update BEFORE UPDATE ON profiles BEGIN SELECT RAISE(ABORT, 'profiles is append-only'); END;
CREATE TRIGGER profiles_no_delete BEFORE DELETE ON profiles BEGIN SELECT RAISE(ABORT, 'profiles is append-only'); END;
CREATE TRIGGER corpus_commits_no_update BEFORE UPDATE ON corpus_commits BEGIN SELECT RAISE(ABORT, 'corpus_commits is append-only'); END;
CREATE TRIGGER corpus_commits_no_delete BEFORE DELETE ON corpus_commits BEGIN SELECT RAISE(ABORT, 'corpus_commits is append-only'); END;
CREATE TRIGGER erasures_no_update BEFORE UPDATE ON erasures BEGIN SELECT RAISE(ABORT, 'erasures is append-only'); END;
CREATE TRIGGER erasures_no_delete BEFORE DELETE ON erasures BEGIN SELECT RAISE(ABORT, 'erasures is append-only'); END;
CREATE TRIGGER snapshots_no_update BEFORE UPDATE ON snapshots BEGIN SELECT RAISE(ABORT, 'snapshots is append-only'); END;
CREATE TRIGGER snapshots_no_delete BEFORE DELETE ON snapshots BEGIN SELECT RAISE(ABORT, 'snapshots is append-only'); END;
CREATE TRIGGER reports_no_update BEFORE UPDATE ON reports BEGIN SELECT RAISE(ABORT, 'reports is append-only'); END;
CREATE TRIGGER reports_no_delete BEFORE DELETE ON reports BEGIN SELECT RAISE(ABORT, 'reports is append-only'); END;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER text_keys_no_update BEFORE UPDATE ON text_keys BEGIN SELECT RAISE(ABORT, 'text_keys is append-only'); END;
CREATE TRIGGER text_keys_no_delete BEFORE DELETE ON text_keys BEGIN SELECT RAISE(ABORT, 'text_keys is append-only'); END;

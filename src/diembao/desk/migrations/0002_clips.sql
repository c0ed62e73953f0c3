-- Clippings of an office: what people chose, so never part of the corpus and never a probability sample.

CREATE TABLE clips (
  clip_key   BLOB PRIMARY KEY,          -- first 16 bytes of SHA-256 over (key, title, outlet_name, day)
  seq        INTEGER NOT NULL REFERENCES sequence,
  import_id  INTEGER NOT NULL REFERENCES import_runs,
  line       INTEGER NOT NULL,
  title      TEXT NOT NULL,
  url        TEXT NOT NULL,
  key        TEXT NOT NULL,             -- address key
  outlet_id  TEXT,                      -- NULL: the address belongs to no registered outlet
  outlet_name TEXT NOT NULL,
  day        TEXT                       -- YYYY-MM-DD as the list states it
) WITHOUT ROWID;

CREATE INDEX clips_by_seq ON clips (seq);

CREATE TRIGGER clips_no_update BEFORE UPDATE ON clips BEGIN SELECT RAISE(ABORT, 'clips is append-only'); END;
CREATE TRIGGER clips_no_delete BEFORE DELETE ON clips BEGIN SELECT RAISE(ABORT, 'clips is append-only'); END;

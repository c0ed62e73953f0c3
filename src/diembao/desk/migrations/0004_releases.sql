-- Press releases as issued: what articles are compared with. A wrong one is withdrawn, never changed.

CREATE TABLE releases (
  release_id TEXT NOT NULL,
  seq        INTEGER NOT NULL REFERENCES sequence,
  import_id  INTEGER REFERENCES import_runs,
  title      TEXT NOT NULL,
  text       TEXT NOT NULL,
  issued_us  INTEGER,                  -- NULL: unknown
  precision  TEXT NOT NULL,
  source     TEXT NOT NULL,
  sha256     TEXT NOT NULL,            -- over the normal form of the text
  flags      TEXT NOT NULL,            -- JSON list
  PRIMARY KEY (release_id, seq)
) WITHOUT ROWID;

CREATE INDEX releases_by_text ON releases (sha256);

-- a release holds when its last import is later than its last withdrawal
CREATE TABLE release_withdrawals (
  release_id TEXT NOT NULL,
  seq        INTEGER NOT NULL REFERENCES sequence,
  reason     TEXT NOT NULL,
  PRIMARY KEY (release_id, seq)
) WITHOUT ROWID;

CREATE TRIGGER releases_no_update BEFORE UPDATE ON releases BEGIN SELECT RAISE(ABORT, 'releases is append-only'); END;
CREATE TRIGGER releases_no_delete BEFORE DELETE ON releases BEGIN SELECT RAISE(ABORT, 'releases is append-only'); END;
CREATE TRIGGER release_withdrawals_no_update BEFORE UPDATE ON release_withdrawals BEGIN SELECT RAISE(ABORT, 'release_withdrawals is append-only'); END;
CREATE TRIGGER release_withdrawals_no_delete BEFORE DELETE ON release_withdrawals BEGIN SELECT RAISE(ABORT, 'release_withdrawals is append-only'); END;

-- Which clustering holds, and what people said about stories. Rows are never changed; later ones come before.

CREATE TABLE clusterings (
  seq    INTEGER PRIMARY KEY REFERENCES sequence,
  method TEXT NOT NULL,                 -- versions of the rules by which texts were compared and grouped
  basis  TEXT NOT NULL,                 -- JSON: the state it was computed from
  counts TEXT NOT NULL                  -- JSON: rows by table
);

CREATE TABLE story_edits (
  edit_id  INTEGER PRIMARY KEY,
  seq      INTEGER NOT NULL REFERENCES sequence,
  kind     TEXT NOT NULL CHECK (kind IN ('split', 'merge', 'pin', 'withdraw')),
  units    TEXT NOT NULL,               -- JSON: article ids of the units it is about
  rest     TEXT NOT NULL DEFAULT '[]',  -- JSON: of a split the units that stayed
  story_id TEXT,                        -- the story that is pinned
  undoes   INTEGER REFERENCES story_edits,
  note     TEXT NOT NULL DEFAULT ''
);

CREATE INDEX story_edits_by_seq ON story_edits (seq);

CREATE TRIGGER clusterings_no_update BEFORE UPDATE ON clusterings BEGIN SELECT RAISE(ABORT, 'clusterings is append-only'); END;
CREATE TRIGGER clusterings_no_delete BEFORE DELETE ON clusterings BEGIN SELECT RAISE(ABORT, 'clusterings is append-only'); END;
CREATE TRIGGER story_edits_no_update BEFORE UPDATE ON story_edits BEGIN SELECT RAISE(ABORT, 'story_edits is append-only'); END;
CREATE TRIGGER story_edits_no_delete BEFORE DELETE ON story_edits BEGIN SELECT RAISE(ABORT, 'story_edits is append-only'); END;

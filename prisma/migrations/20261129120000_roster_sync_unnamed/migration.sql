-- Whom the file of an import that knows everybody has not named yet, of those who were there when it began. Not in the
-- write-ahead log: it is of no use after a crash, and an import counts what is left of it before it believes it.
CREATE UNLOGGED TABLE roster_sync_unnamed (
  sync_id          uuid NOT NULL,
  user_id          uuid NOT NULL,
  -- Whoever has another one in the end was moved by somebody who knows more than the file.
  status_revision  integer NOT NULL,
  PRIMARY KEY (sync_id, user_id)
);
DROP TABLE roster_sync_seen;

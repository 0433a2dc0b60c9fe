-- Explicit assignments, and imports that delete whoever is missing from their file.

-- Grows with every explicit assignment of the user to a provider. It stands on the user's own row, because a statement
-- that waited for the lock of that row sees its newest version and that of no other.
ALTER TABLE users ADD COLUMN assignment_revision integer NOT NULL DEFAULT 0;
-- Up to which of them the account was brought in step.
ALTER TABLE links ADD COLUMN applied_assignment_revision integer NOT NULL DEFAULT 0;

-- Imports under way that know everybody.
CREATE TABLE roster_syncs (
  id        uuid PRIMARY KEY,
  -- Whoever was entered, or changed their status, from here on is not missing from the file.
  began_at  timestamptz NOT NULL
);

-- Who stands in the file of such an import. Not in the write-ahead log: it is of no use after a crash, and an import
-- counts what is left of it before it believes it.
CREATE UNLOGGED TABLE roster_sync_seen (
  sync_id  uuid NOT NULL,
  user_id  uuid NOT NULL,
  PRIMARY KEY (sync_id, user_id)
);

-- Users who stand for an account that is to be destroyed, and for nobody: entered when a person decides so on a finding.
ALTER TABLE users ADD COLUMN is_stand_in boolean NOT NULL DEFAULT false;

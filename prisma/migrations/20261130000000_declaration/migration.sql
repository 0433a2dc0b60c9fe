-- How the worker that started last would have the accounts, and how often that has changed. `mapping_version` follows once
-- every link is marked for it.
ALTER TABLE providers ADD COLUMN declaration text NOT NULL DEFAULT '';
ALTER TABLE providers ADD COLUMN declaration_revision integer NOT NULL DEFAULT 0;
UPDATE providers SET declaration = mapping_version;

-- How the process that started last would have the accounts. `mapping_version` follows once every link is marked for it.
ALTER TABLE providers ADD COLUMN declaration text NOT NULL DEFAULT '';
UPDATE providers SET declaration = mapping_version;

-- Users who stand for an account that is to be destroyed, and for nobody: entered when a person decides so on a finding.
ALTER TABLE users ADD COLUMN is_stand_in boolean NOT NULL DEFAULT false;
-- Whose second account that is, whatever keys they hold by the time it is destroyed.
ALTER TABLE users ADD COLUMN stands_beside uuid REFERENCES users (id);

-- A removal that is called off leaves an intent to purge that came to nothing.
ALTER TABLE intents DROP CONSTRAINT intents_outcome_check;
ALTER TABLE intents ADD CONSTRAINT intents_outcome_check
  CHECK (outcome IN ('applied', 'accepted', 'absent', 'refused', 'calledOff'));

-- What links tell a person about themselves is looked for with every sweep: by these nobody else is passed by.
CREATE INDEX links_not_enforceable ON links (provider, user_id) WHERE not_enforceable;
CREATE INDEX links_given_up ON links (provider, user_id) WHERE park_code IN ('gone_at_provider', 'fought_over');

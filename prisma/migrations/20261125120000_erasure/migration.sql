-- Erasure with receipts, webhooks, legal holds, and the permission for a new account.

ALTER TABLE users
  -- While it stands nothing destroys this user's accounts.
  ADD COLUMN legal_hold_at  timestamptz(3),
  -- From here on nothing personal is left in the roster.
  ADD COLUMN erased_at      timestamptz(3),
  ADD CONSTRAINT users_erased_are_purged CHECK (erased_at IS NULL OR status = 'purged'),
  ADD CONSTRAINT users_held_are_kept CHECK (legal_hold_at IS NULL OR status NOT IN ('purging', 'purged'));
-- Whose retention period is over.
CREATE INDEX users_retained ON users (status_changed_at)
  WHERE status = 'deleted' AND purge_not_before IS NULL AND legal_hold_at IS NULL;

ALTER TABLE links
  -- A new account may be made in place of one that is gone; asked for with this reason to look.
  ADD COLUMN recreate_from  bigint,
  -- The account that a provider says ours was merged into; a hint until it is read.
  ADD COLUMN merged_into    text CHECK (octet_length(merged_into) <= 512),
  -- A person said that the account's end at this provider will not be proven any more.
  ADD COLUMN waived_at      timestamptz(3),
  -- In words of the operator's, which name nobody.
  ADD COLUMN waived_reason  text;
-- A survivor may itself be removed or merged.
CREATE INDEX links_merged ON links (provider, merged_into) WHERE merged_into IS NOT NULL;

-- What providers told us by themselves; kept against replays, and as evidence.
CREATE TABLE webhook_events (
  provider     text NOT NULL REFERENCES providers (slug),
  event_id     text NOT NULL CHECK (octet_length(event_id) BETWEEN 1 AND 256),
  type         text NOT NULL CHECK (type IN ('removed', 'merged')),
  -- Keyed hash of the account that it is about, so that nothing here tells an account of anybody.
  account_hash bytea NOT NULL,
  -- What a merge left of that account; needed as it is, since a later message may lead there.
  survivor_id  text CHECK (octet_length(survivor_id) <= 512),
  received_at  timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (provider, event_id)
);
CREATE INDEX webhook_events_of_account ON webhook_events (provider, account_hash);
CREATE INDEX webhook_events_age ON webhook_events (received_at);

-- Requests to erase a person. One is never taken back.
CREATE TABLE erasures (
  id            uuid PRIMARY KEY,
  user_id       uuid NOT NULL UNIQUE REFERENCES users (id),
  requested_by  text NOT NULL,
  requested_at  timestamptz(3) NOT NULL DEFAULT now(),
  deadline      timestamptz(3) NOT NULL,
  completed_at  timestamptz(3)
);
CREATE INDEX erasures_open ON erasures (deadline) WHERE completed_at IS NULL;

-- What became of the person's account at each provider, as it was signed.
CREATE TABLE receipts (
  erasure_id  uuid NOT NULL REFERENCES erasures (id),
  provider    text NOT NULL REFERENCES providers (slug),
  method      text NOT NULL CHECK (method IN ('deleted', 'absent', 'never_mirrored', 'unverifiable')),
  issued_at   timestamptz(3) NOT NULL DEFAULT now(),
  jws         text NOT NULL,
  PRIMARY KEY (erasure_id, provider)
);

-- Keyed hashes by which an erased person is told when somebody enters them again. They tell nothing without the
-- deployment's key.
CREATE TABLE tombstones (
  kind        text NOT NULL CHECK (kind IN ('externalKey', 'email')),
  hash        bytea NOT NULL,
  user_id     uuid NOT NULL REFERENCES users (id),
  created_at  timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (kind, hash, user_id)
);

-- Signs receipts; made by the process that needs it first.
ALTER TABLE deployment ADD COLUMN receipt_key jsonb;

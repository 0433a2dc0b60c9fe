-- The canonical roster, its mirror's ledger, and the record of who did what.

CREATE TABLE users (
  id                      uuid PRIMARY KEY,
  external_key            text NOT NULL CHECK (external_key <> '' AND octet_length(external_key) <= 256),
  email                   text,
  email_key               text,
  phone                   text,
  given_name              text,
  family_name             text,
  display_name            text,
  locale                  text,
  avatar_url              text,
  company                 text,
  attributes              jsonb NOT NULL DEFAULT '{}',
  tags                    jsonb NOT NULL DEFAULT '{}',
  status                  text NOT NULL DEFAULT 'active'
                          CHECK (status IN ('active', 'deactivated', 'deleted', 'purging', 'purged')),
  status_before_deletion  text CHECK (status_before_deletion IN ('active', 'deactivated')),
  status_revision         integer NOT NULL DEFAULT 1,
  attribute_revision      integer NOT NULL DEFAULT 1,
  purge_not_before        timestamptz(3),
  created_at              timestamptz(3) NOT NULL DEFAULT now(),
  attributes_changed_at   timestamptz(3) NOT NULL DEFAULT now(),
  status_changed_at       timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT users_remember_what_they_were
    CHECK ((status IN ('active', 'deactivated')) = (status_before_deletion IS NULL))
);
-- A purged user frees the key for its next holder.
CREATE UNIQUE INDEX users_external_key ON users (external_key) WHERE status <> 'purged';
CREATE INDEX users_email_key_idx ON users (email_key);
CREATE INDEX users_phone_idx ON users (phone);
CREATE INDEX users_purging ON users (id) WHERE status = 'purging';
CREATE INDEX users_purge_due ON users (purge_not_before) WHERE purge_not_before IS NOT NULL;

CREATE TABLE providers (
  slug              text PRIMARY KEY CHECK (slug ~ '^[a-z][a-z0-9-]{0,31}$'),
  kind              text NOT NULL,
  remote_scope      text NOT NULL,
  mapping_version   text NOT NULL,
  enabled           boolean NOT NULL DEFAULT true,
  paused_until      timestamptz(3),
  halt_scope        text CHECK (halt_scope IN ('all', 'creates', 'widening')),
  halt_reason       text,
  halted_at         timestamptz(3),
  probe_at          timestamptz(3),
  probes_failed     integer NOT NULL DEFAULT 0,
  calls_per_second  double precision CHECK (calls_per_second > 0),
  pace_factor       double precision NOT NULL DEFAULT 1,
  pace_tokens       double precision NOT NULL DEFAULT 0,
  pace_refilled_at  timestamptz(3) NOT NULL DEFAULT now(),
  created_at        timestamptz(3) NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

CREATE TABLE links (
  user_id                     uuid NOT NULL REFERENCES users (id),
  provider                    text NOT NULL REFERENCES providers (slug),
  remote_key                  text NOT NULL,
  account_id                  text CHECK (octet_length(account_id) <= 512),
  assigned                    boolean NOT NULL DEFAULT true,
  assigned_override           boolean,
  wanted                      bigint NOT NULL DEFAULT 1,
  handled                     bigint NOT NULL DEFAULT 0,
  doubted                     bigint NOT NULL DEFAULT 0,
  lane                        smallint NOT NULL DEFAULT 3 CHECK (lane BETWEEN 0 AND 3),
  next_attempt_at             timestamptz(3) NOT NULL DEFAULT now(),
  attempts                    integer NOT NULL DEFAULT 0,
  lease_token                 uuid,
  lease_until                 timestamptz(3),
  in_flight                   boolean NOT NULL DEFAULT false,
  solo_crashes                smallint NOT NULL DEFAULT 0,
  certainty                   text NOT NULL DEFAULT 'never' CHECK (certainty IN ('never', 'certain', 'stale')),
  observed_state              text CHECK (observed_state IN ('live', 'suspended', 'softDeleted', 'absent', 'notLive')),
  observed_marker             text,
  observed_at                 timestamptz(3),
  asserted                    jsonb,
  owed                        text[] NOT NULL DEFAULT '{}',
  applied_status              text,
  applied_status_revision     integer,
  applied_attribute_revision  integer,
  doubtful_write_at           timestamptz(3),
  not_enforceable             boolean NOT NULL DEFAULT false,
  deferred                    boolean NOT NULL DEFAULT false,
  park_code                   text,
  park_attribute              text,
  park_rule                   text,
  parked_at                   timestamptz(3),
  waits_for_user_id           uuid,
  waits_for_handled           bigint,
  held_step                   text,
  last_error                  text,
  wanted_since                timestamptz(3) NOT NULL DEFAULT now(),
  settled_at                  timestamptz(3),
  created_at                  timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, provider)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
-- One account, one link: what two links claim at once the database refuses.
CREATE UNIQUE INDEX links_account ON links (provider, account_id) WHERE account_id IS NOT NULL;
CREATE INDEX links_remote_key ON links (provider, remote_key);
-- The whole cost of looking for work: nothing due, nothing to read.
CREATE INDEX links_due ON links (provider, lane, next_attempt_at) WHERE wanted > handled AND NOT in_flight;
CREATE INDEX links_in_flight ON links (provider, lease_until) WHERE in_flight;
CREATE INDEX links_parked ON links (provider, park_code) WHERE park_code IS NOT NULL;
CREATE INDEX links_waiting ON links (waits_for_user_id) WHERE waits_for_user_id IS NOT NULL;

CREATE TABLE intents (
  id                  uuid PRIMARY KEY,
  user_id             uuid NOT NULL REFERENCES users (id),
  provider            text NOT NULL REFERENCES providers (slug),
  kind                text NOT NULL CHECK (kind IN ('provision', 'purge')),
  lease_token         uuid NOT NULL,
  account_id          text,
  remote_key          text NOT NULL,
  lookup_keys         jsonb NOT NULL DEFAULT '[]',
  status_revision     integer NOT NULL,
  attribute_revision  integer NOT NULL,
  created_at          timestamptz(3) NOT NULL DEFAULT now(),
  outcome             text CHECK (outcome IN ('applied', 'accepted', 'absent', 'refused')),
  settled_at          timestamptz(3),
  evidence            jsonb
);
CREATE INDEX intents_of_link ON intents (user_id, provider);
CREATE INDEX intents_unsettled ON intents (provider, created_at) WHERE settled_at IS NULL;

CREATE TABLE audit (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at           timestamptz(3) NOT NULL DEFAULT now(),
  actor        text NOT NULL,
  action       text NOT NULL,
  user_id      uuid,
  provider     text,
  attributes   text[] NOT NULL DEFAULT '{}',
  values_hash  bytea,
  detail       jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_of_user ON audit (user_id, id);

-- Personal values of audit entries, apart, so that an erasure can delete them and the entries stay.
CREATE TABLE audit_values (
  audit_id  bigint PRIMARY KEY REFERENCES audit (id),
  user_id   uuid NOT NULL REFERENCES users (id),
  values    jsonb NOT NULL
);
CREATE INDEX audit_values_of_user ON audit_values (user_id);

CREATE TABLE api_keys (
  id           uuid PRIMARY KEY,
  name         text NOT NULL,
  secret_hash  bytea NOT NULL UNIQUE,
  scopes       text[] NOT NULL,
  created_at   timestamptz(3) NOT NULL DEFAULT now(),
  expires_at   timestamptz(3),
  revoked_at   timestamptz(3)
);

CREATE TABLE deployment (
  id        boolean PRIMARY KEY DEFAULT true CHECK (id),
  hash_key  bytea NOT NULL
);
-- Keys the hashes of personal values in the audit; random for each deployment.
INSERT INTO deployment (hash_key)
VALUES (sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));

-- Reconciliation runs, what they find, and plans that a person approves.

CREATE TABLE runs (
  id            uuid PRIMARY KEY,
  -- Runs that were asked for together, one a provider.
  request_id    uuid NOT NULL,
  provider      text NOT NULL REFERENCES providers (slug),
  mode          text NOT NULL CHECK (mode IN ('preview', 'apply')),
  trigger       text NOT NULL CHECK (trigger IN ('request', 'schedule')),
  requested_by  text NOT NULL,
  -- Whom it is about; NULL: everybody.
  user_ids      uuid[],
  -- The moment of the schedule that it was asked for by; every replica asks with the same one.
  slot          timestamptz(3),
  state         text NOT NULL DEFAULT 'waiting'
                CHECK (state IN ('waiting', 'running', 'complete', 'incomplete', 'cancelled')),
  -- Why it is incomplete.
  reason        text,
  cancel_asked  boolean NOT NULL DEFAULT false,
  lease_token   uuid,
  lease_until   timestamptz(3),
  -- The last user whose link was walked, where a provider is walked by our links.
  position      uuid,
  -- Whose account a walk has not found so far; judged at its end, when it is known how many they are.
  absent        uuid[] NOT NULL DEFAULT '{}',
  pages         integer NOT NULL DEFAULT 0,
  seen          integer NOT NULL DEFAULT 0,
  expected      integer,
  -- Whose number that is: the provider's own, or that of our links.
  expected_from text CHECK (expected_from IN ('provider', 'links')),
  -- How many there were of what, by situation and drift.
  counts        jsonb NOT NULL DEFAULT '{}',
  requested_at  timestamptz(3) NOT NULL DEFAULT now(),
  started_at    timestamptz(3),
  ended_at      timestamptz(3)
) WITH (fillfactor = 70);
-- Every replica may ask for one; one results.
CREATE UNIQUE INDEX runs_open ON runs (provider) WHERE state IN ('waiting', 'running');
CREATE UNIQUE INDEX runs_slot ON runs (provider, slot) WHERE slot IS NOT NULL;
CREATE INDEX runs_of_request ON runs (request_id);

CREATE TABLE findings (
  id          uuid PRIMARY KEY,
  provider    text NOT NULL REFERENCES providers (slug),
  kind        text NOT NULL CHECK (kind IN ('orphan', 'unlinked', 'disputed', 'duplicate_remote', 'drift', 'state_drift',
                                            'not_enforceable', 'identity_mismatch', 'identifier_cycle', 'fought_over')),
  -- Keyed hash of what it is about: the same thing is found once.
  subject     bytea NOT NULL,
  user_id     uuid REFERENCES users (id),
  account_id  text CHECK (octet_length(account_id) <= 512),
  attribute   text,
  -- States, counts and words of ours.
  detail      jsonb NOT NULL DEFAULT '{}',
  state       text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'resolved', 'ignored')),
  run_id      uuid REFERENCES runs (id),
  opened_at   timestamptz(3) NOT NULL DEFAULT now(),
  closed_at   timestamptz(3),
  closed_by   text,
  reason      text
);
CREATE UNIQUE INDEX findings_subject ON findings (provider, kind, subject) WHERE state <> 'resolved';
CREATE INDEX findings_open ON findings (provider, kind, id) WHERE state = 'open';
CREATE INDEX findings_of_user ON findings (user_id) WHERE user_id IS NOT NULL;

CREATE TABLE plans (
  id            uuid PRIMARY KEY,
  requested_by  text NOT NULL,
  state         text NOT NULL DEFAULT 'drawing'
                CHECK (state IN ('drawing', 'proposed', 'approved', 'rejected', 'applying', 'applied')),
  created_at    timestamptz(3) NOT NULL DEFAULT now(),
  decided_at    timestamptz(3),
  decided_by    text,
  reason        text,
  applied_at    timestamptz(3)
);

-- What one account is missing, as it was when the preview looked: a permission, should it be approved.
CREATE TABLE plan_steps (
  plan_id             uuid NOT NULL REFERENCES plans (id),
  user_id             uuid NOT NULL REFERENCES users (id),
  provider            text NOT NULL REFERENCES providers (slug),
  -- Kinds of the steps, in order.
  kinds               text[] NOT NULL,
  -- Native paths that differ.
  attributes          text[] NOT NULL DEFAULT '{}',
  -- By path, what is held and what is wanted.
  changes             jsonb NOT NULL DEFAULT '{}',
  reversible          boolean NOT NULL,
  loses               text[] NOT NULL DEFAULT '{}',
  -- What the step rests on.
  status_revision     integer NOT NULL,
  attribute_revision  integer NOT NULL,
  observed_state      text NOT NULL,
  -- Of the steps with everything in them; what is applied has to come to the same.
  hash                bytea NOT NULL,
  state               text NOT NULL DEFAULT 'proposed'
                      CHECK (state IN ('proposed', 'approved', 'rejected', 'applied', 'stale')),
  PRIMARY KEY (plan_id, user_id, provider)
);

ALTER TABLE links
  -- The plan of which a step was approved for this link.
  ADD COLUMN approved_plan  uuid REFERENCES plans (id),
  -- How often in a row the same drift was put right, and when last: two writers that fight are noticed by it.
  ADD COLUMN repairs        smallint NOT NULL DEFAULT 0,
  ADD COLUMN repaired_at    timestamptz(3);

CREATE INDEX plans_under_way ON plans (state) WHERE state IN ('drawing', 'applying');
CREATE INDEX plan_steps_approved ON plan_steps (plan_id) WHERE state = 'approved';
